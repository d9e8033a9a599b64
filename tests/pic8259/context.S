/* SPDX-License-Identifier: MIT */
/* context.h: the registers that a call preserves, and the way back. */
        .text
        .globl  context_save, context_restore
context_save:
        mov     4(%esp), %eax
        mov     %ebx, 0(%eax)
        mov     %esi, 4(%eax)
        mov     %edi, 8(%eax)
        mov     %ebp, 12(%eax)
        lea     4(%esp), %ecx           /* the stack as the return leaves it */
        mov     %ecx, 16(%eax)
        mov     0(%esp), %ecx
        mov     %ecx, 20(%eax)
        xor     %eax, %eax
        ret

context_restore:
        push    $2                      /* no interrupts, no traps, upwards */
        popf
        mov     4(%esp), %edx
        mov     8(%esp), %eax
        mov     0(%edx), %ebx
        mov     4(%edx), %esi
        mov     8(%edx), %edi
        mov     12(%edx), %ebp
        mov     16(%edx), %esp
        jmp     *20(%edx)

        .section .note.GNU-stack, "", @progbits
