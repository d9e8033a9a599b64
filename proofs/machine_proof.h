/* SPDX-License-Identifier: MIT */
/*
 * The machine of the proof: what backend_pic8259.h needs and is not C, atomics on its words, and what the core promises
 * it. No bodies: what they do is what their contracts say, about the chips of spec/pic8259.acsl.
 */
#ifndef PARALLEL_ISR_MACHINE_PROOF_H
#define PARALLEL_ISR_MACHINE_PROOF_H

/* The atomics are those below. */
#define PARALLEL_ISR_BACKEND_ATOMIC_GNU_H

/* ---- the chips --------------------------------------------------------------------------------------------------- */

/* The registers that are known, and the port that nothing decodes. */
/*@ predicate Register(integer address) = address == 0x20 || address == 0x21 || address == 0xa0 || address == 0xa1; */

/* The mask is read to be changed, so under the lock. */
/*@ requires known:    Register(address);
    requires running:  g_master.words == 0 && g_slave.words == 0;
    requires locked:   address == 0x21 || address == 0xa1 ==> g_masks == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS;
    ensures  moved:    Move{Pre}(g_master_before, g_slave_before);
    ensures  same:     g_master == g_master_before && g_slave == g_slave_before;
    ensures  master:   address == 0x20 ==> \result == (g_master.reads_isr == 1 ? g_master.isr : g_master.irr);
    ensures  slave:    address == 0xa0 ==> \result == (g_slave.reads_isr == 1 ? g_slave.isr : g_slave.irr);
    ensures  masks:    (address == 0x21 ==> \result == g_master.imr) && (address == 0xa1 ==> \result == g_slave.imr);
*/
PARALLEL_ISR_INTERNAL uint8_t parallel_isr_pic8259_inb(uint16_t address);

/*@ requires known:    Register(address) || address == 0x80;
    requires master:   address == 0x20 ==> MayCommand{Here}(g_master, value, g_master_due);
    requires slave:    address == 0xa0 ==> MayCommand{Here}(g_slave, value, g_slave_due);
    requires masks:    address == 0x21 ==> MayWrite{Here}(g_master, value, 0, 1 << 2);
    requires others:   address == 0xa1 ==> MayWrite{Here}(g_slave, value, 8, 2);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due;
    ensures  moved:    Move{Pre}(g_master_before, g_slave_before);
    ensures  command:  (address == 0x20 ==> Commanded(g_master_before, g_master, value)) &&
                       (address == 0xa0 ==> Commanded(g_slave_before, g_slave, value));
    ensures  data:     (address == 0x21 ==> Written(g_master_before, g_master, value)) &&
                       (address == 0xa1 ==> Written(g_slave_before, g_slave, value));
    ensures  master:   address != 0x20 && address != 0x21 ==> g_master == g_master_before;
    ensures  slave:    address != 0xa0 && address != 0xa1 ==> g_slave == g_slave_before;
    ensures  due:      address == 0x20 && IsEnd(value) ? g_master_due == PARALLEL_ISR_SPEC_NONE
                                                       : g_master_due == \old(g_master_due);
    ensures  in_slave: address == 0xa0 && IsEnd(value) ? g_slave_due == PARALLEL_ISR_SPEC_NONE
                                                       : g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_outb(uint16_t address, uint8_t value);

/* ---- the processor ----------------------------------------------------------------------------------------------- */

/*@ terminates \true;  exits \false;
    assigns  \result \from g_flag;
    ensures  flag:     \result == (g_flag == 1);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_interrupts_enabled(void);

/*@ terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag;
    ensures  off:      g_flag == 0;
    ensures  moved:    Move{Pre}(g_master, g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_off(void);

/* Interrupts come, with all that their handlers do. */
/*@ requires settled:  NothingDue && g_masks == 0 && g_private == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag;
    ensures  on:       g_flag == 1;
    ensures  moved:    Roam{Pre}(g_master, g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_on(void);

/*@ terminates \true;  exits \false;
    assigns  g_patience;
    ensures  ends:     0 <= g_patience < \old(g_patience);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_pause(void);

/* PARALLEL_ISR_PIC8259_CPU(). */
/*@ terminates \true;  exits \false;
    assigns  \result \from g_cpu;
    ensures  this:     \result == g_cpu;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_any_cpu(void);

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

/* Of two words it is known what they mean: mask_lock, and in_dpc of this processor, which nobody else touches. Of the
 * others nothing: each load may return anything. */
/*@ requires plain:    word != &g_controller->mask_lock;
    requires own:      \forall integer cpu; 0 <= cpu < PARALLEL_ISR_PIC8259_CPUS && cpu != g_cpu ==>
                         word != &g_controller->in_dpc[cpu];
    terminates \true;  exits \false;
    assigns  \result \from word, g_in_dpc;
    ensures  dpc:      word == &g_controller->in_dpc[g_cpu] ==> \result == g_in_dpc;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word);

/* Giving the lock of the masks up; saying that this processor runs a DPC, or does no more. */
/*@ requires held:     word == &g_controller->mask_lock ==> g_masks == 1 && value == 0;
    requires dpc:      word == &g_controller->in_dpc[g_cpu] ==> g_flag == 0 && value == 1 - g_in_dpc;
    requires own:      \forall integer cpu; 0 <= cpu < PARALLEL_ISR_PIC8259_CPUS && cpu != g_cpu ==>
                         word != &g_controller->in_dpc[cpu];
    terminates \true;  exits \false;
    assigns  g_masks, g_in_dpc;
    ensures  masks:    g_masks == (word == &g_controller->mask_lock ? 0 : \old(g_masks));
    ensures  in_dpc:   g_in_dpc == (word == &g_controller->in_dpc[g_cpu] ? value : \old(g_in_dpc));
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value);

/* Taking the lock of the masks, with interrupts off: a handler would wait for it for ever. A try fails because somebody
 * else changed the word. */
/*@ requires lock:     word == &g_controller->mask_lock ==>
                         expected == 0 && desired == 1 && g_masks == 0 && g_flag == 0 && g_private == 0;
    requires plain:    word == &g_controller->mask_lock || PARALLEL_ISR_SPEC_ORDINARY(word);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_masks, g_patience;
    ensures  either:   \result == \true || \result == \false;
    ensures  masks:    g_masks == (word == &g_controller->mask_lock && \result == \true ? 1 : \old(g_masks));
    ensures  moved:    Move{Pre}(g_master, g_slave);
    ensures  won:      \result == \true  ==> g_patience == \old(g_patience);
    ensures  lost:     \result == \false ==> 0 <= g_patience < \old(g_patience);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired);

/*@ requires plain:    PARALLEL_ISR_SPEC_ORDINARY(word);
    terminates \true;  exits \false;
    assigns  \result \from word;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value);

/*@ requires plain:    PARALLEL_ISR_SPEC_ORDINARY(word);
    terminates \true;  exits \false;
    assigns  \result \from word;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value);

/*@ requires plain:    PARALLEL_ISR_SPEC_ORDINARY(word);
    terminates \true;  exits \false;
    assigns  \result \from word;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits);

/*@ requires plain:    PARALLEL_ISR_SPEC_ORDINARY(word);
    terminates \true;  exits \false;
    assigns  \result \from word;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits);

/*@ terminates \true;  exits \false;
    assigns  \result \from word;
*/
PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word);

/*@ terminates \true;  exits \false;
    assigns  \nothing;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value);

/*@ terminates \true;  exits \false;
    assigns  \result \from word;
    ensures  either:   \result == \true || \result == \false;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired);

/* ---- the core ---------------------------------------------------------------------------------------------------- */

/* At DIRQL, for an interrupt whose ends are all still due, once. The chips are no business of the core or of its
 * clients. */
/*@ requires off:      g_flag == 0 && g_here == 1;
    requires due:      LineDue;
    requires once:     g_dispatched == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_dispatched, g_patience;
    ensures  once:     g_dispatched == 1;
    ensures  moved:    Move{Pre}(g_master, g_slave);
*/
PARALLEL_ISR_INTERNAL BOOLEAN parallel_isr_dispatch(parallel_isr_port *port);

/* At DISPATCH_LEVEL, interrupts on, none of mine due; one at a time on a processor. A DPC may mask a line that is no
 * port's. It is one of finitely many. */
/*@ requires on:       g_flag == 1 && g_in_dpc == 1;
    requires settled:  Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_irq, g_patience;
    ensures  kept:     KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
    ensures  ends:     0 <= g_patience < \old(g_patience);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_run_dpc(parallel_isr_port *port);

#endif
