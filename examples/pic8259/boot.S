/* SPDX-License-Identifier: MIT */
/*
 * The image's first and last instructions: multiboot entry, interrupt stubs, start of a second processor.
 *
 * A multiboot loader (QEMU's -kernel, GRUB) leaves 32-bit protected mode, interrupts off, no stack, and descriptor
 * tables of its own that must not be used.
 */
        .set    STACK_SIZE, 16384
        .set    MULTIBOOT_MAGIC, 0x1BADB002
        .set    CODE_SELECTOR, 8
        .set    DATA_SELECTOR, 16
        .set    AP_START, 0x8000        /* where machine.c copies machine_ap_start: below 1 MiB, a multiple of 4 KiB */

        .section .multiboot, "a"
        .align  4
        .long   MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

        .text
        .code32
        .globl  machine_entry
machine_entry:
        cli
        cld
        mov     $stack_end, %esp
        lgdt    gdt_pointer
        ljmp    $CODE_SELECTOR, $1f
1:      mov     $DATA_SELECTOR, %cx
        mov     %cx, %ds
        mov     %cx, %es
        mov     %cx, %fs
        mov     %cx, %gs
        mov     %cx, %ss
        push    %ebx                    /* multiboot information */
        push    %eax                    /* 0x2BADB002 */
        call    machine_start
2:      hlt
        jmp     2b

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

/* One stub of 16 bytes for each vector: an error code (the processor's or 0), the vector, then the common part. */
        .align  16
        .globl  machine_stubs
machine_stubs:
        .set    vector, 0
        .rept   64
        .if     vector != 8 && (vector < 10 || vector > 14) && vector != 17
        push    $0
        .endif
        push    $vector
        jmp     interrupted
        .align  16
        .set    vector, vector + 1
        .endr

/* Builds a machine_frame and passes it on. */
interrupted:
        pusha
        cld
        push    %esp
        call    machine_interrupt
        add     $4, %esp
        popa
        add     $8, %esp                /* vector and error code */
        iret

/* ---- the second processor ---------------------------------------------------------------------------------------- */

/* Runs as a copy at AP_START, in real mode, so every address is relative to that. */
        .globl  machine_ap_start, machine_ap_start_end
        .code16
machine_ap_start:
        cli
        xor     %ax, %ax
        mov     %ax, %ds
        lgdtl   AP_START + (ap_gdt_pointer - machine_ap_start)
        mov     %cr0, %eax
        or      $1, %eax
        mov     %eax, %cr0
        ljmpl   $CODE_SELECTOR, $ap_protected
        .align  4
ap_gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   gdt
machine_ap_start_end:

        .code32
ap_protected:
        mov     $DATA_SELECTOR, %cx
        mov     %cx, %ds
        mov     %cx, %es
        mov     %cx, %fs
        mov     %cx, %gs
        mov     %cx, %ss
        mov     $ap_stack_end, %esp
        call    machine_ap_started
3:      hlt
        jmp     3b

/* ---- data -------------------------------------------------------------------------------------------------------- */

        .section .rodata
        .align  8
gdt:
        .quad   0
        .quad   0x00CF9A000000FFFF      /* code: 0 .. 4 GiB */
        .quad   0x00CF92000000FFFF      /* data: 0 .. 4 GiB */
gdt_end:
        .align  4
        .word   0
gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   gdt

        .bss
        .align  16
        .skip   STACK_SIZE
stack_end:
        .skip   STACK_SIZE
ap_stack_end:

        .section .note.GNU-stack, "", @progbits
