/* SPDX-License-Identifier: MIT */
/**
 * @file parallel_isr.h
 * @brief The ISR chain and lock-free port ownership of the Windows parallel-port interface, on every platform.
 *
 * A device ("port") is shared by several drivers ("clients"). Each connects an interrupt service routine (ISR) to the
 * one interrupt line of the port, and each takes the port for itself for a while: from its ISR with try-allocate, which
 * never waits, or from thread level with allocate, which queues. The interface is that of `parallel.h`; this header
 * declares it where the platform does not.
 *
 * @code
 * #define PARALLEL_ISR_IMPLEMENTATION      // in exactly one translation unit
 * #include "parallel_isr.h"
 * @endcode
 *
 * Options, defined before the first include and alike in every translation unit:
 *  - `PARALLEL_ISR_BACKEND "file.h"`: the platform (`backend.h` says what it must supply); default: by the compiler's
 *    target.
 *  - `PARALLEL_ISR_STATIC`: every function is static; for a driver that is one translation unit.
 *  - `PARALLEL_ISR_PLATFORM_DDI`: the platform's headers, included before, declare the DDI's types (set by itself
 *    after `wdm.h` and `ntddk.h`).
 *  - `PARALLEL_ISR_MAX_CONNECTIONS`, `PARALLEL_ISR_MAX_REQUESTS`, `PARALLEL_ISR_MAX_PASSES`: bounds of the loops at
 *    DIRQL.
 *  - `PARALLEL_ISR_TRACE(port, event, object)`: a hook, see #parallel_isr_trace_event.
 *
 * Who may call what (a blank is refused with `STATUS_INVALID_DEVICE_STATE`, or FALSE where there is no status, and
 * changes nothing):
 *
 * | call                                                   | PASSIVE | DISPATCH (DPC) | DIRQL (ISR, deferred check) |
 * |--------------------------------------------------------|---------|----------------|-----------------------------|
 * | initialize, remove, connect, disconnect, iterate       | yes     |                |                             |
 * | connect_interrupt_ex, disconnect_interrupt_ex          | yes     |                |                             |
 * | allocate, cancel, synchronize, query_statistics        | yes     | yes            |                             |
 * | device_control: CONNECT, DISCONNECT                    | yes     |                |                             |
 * | device_control: ALLOCATE, FREE, GET_PARALLEL_PORT_INFO | yes     | yes            |                             |
 * | try_allocate_port, free_port, query_waiters, free      | yes     | yes            | yes                         |
 *
 * Nothing here may be called from a non-maskable interrupt.
 */
#ifndef PARALLEL_ISR_H
#define PARALLEL_ISR_H

#if defined(__linux__) && defined(__KERNEL__)
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>
/** @cond */
#ifndef UINT32_MAX
#define UINT32_MAX U32_MAX
#endif
/** @endcond */
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

/** Version of this header. */
#define PARALLEL_ISR_VERSION_MAJOR 0
/** Version of this header. */
#define PARALLEL_ISR_VERSION_MINOR 1
/** Version of this header. */
#define PARALLEL_ISR_VERSION_PATCH 0

#ifndef PARALLEL_ISR_MAX_CONNECTIONS
/** Most connections of one port: bounds every pass over the chain. */
#define PARALLEL_ISR_MAX_CONNECTIONS 32u
#endif
#ifndef PARALLEL_ISR_MAX_REQUESTS
/** Most allocation requests of one port: bounds every walk of the queue. */
#define PARALLEL_ISR_MAX_REQUESTS 256u
#endif
#ifndef PARALLEL_ISR_MAX_PASSES
/** Most passes for one interrupt when parallel_isr_configuration::walk_again is set; at least 1. */
#define PARALLEL_ISR_MAX_PASSES 16u
#endif
/** Most messages of one port (DESIGN 2.6): one bit each. */
#define PARALLEL_ISR_MAX_MESSAGES 32u
/** Interrupts in one window of the storm rule (parallel_isr_configuration::storm_unclaimed). */
#define PARALLEL_ISR_STORM_WINDOW 100000u
/** The threshold that Linux uses for parallel_isr_configuration::storm_unclaimed. */
#define PARALLEL_ISR_STORM_UNCLAIMED 99900u
/** Where the counters that are kept without the gate stop: they are never smaller than the truth below it. */
#define PARALLEL_ISR_COUNTER_LIMIT 0x80000000u

#if PARALLEL_ISR_MAX_CONNECTIONS < 1 || PARALLEL_ISR_MAX_CONNECTIONS > 255
#error "PARALLEL_ISR_MAX_CONNECTIONS must be 1 .. 255"
#endif
#if PARALLEL_ISR_MAX_REQUESTS < 0 || PARALLEL_ISR_MAX_REQUESTS > 0xffff
#error "PARALLEL_ISR_MAX_REQUESTS must be 0 .. 65535"
#endif
#if PARALLEL_ISR_MAX_PASSES < 1 || PARALLEL_ISR_MAX_PASSES > 0xffff
#error "PARALLEL_ISR_MAX_PASSES must be 1 .. 65535"
#endif

/** @cond */
#ifdef PARALLEL_ISR_STATIC
#if defined(__GNUC__)
#define PARALLEL_ISR_API static __attribute__((unused))
#else
#define PARALLEL_ISR_API static
#endif
#else
#define PARALLEL_ISR_API
#endif

#if defined(__cplusplus)
#define PARALLEL_ISR_STATIC_ASSERT(condition, text) static_assert(condition, text)
#elif defined(__GNUC__)
#define PARALLEL_ISR_STATIC_ASSERT(condition, text) __extension__ _Static_assert(condition, text)
#else
#define PARALLEL_ISR_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif
/** @endcond */

/* ================================================================================================================== *
 * The DDI, where the platform lacks it
 * ================================================================================================================== */

#if !defined(PARALLEL_ISR_PLATFORM_DDI) && (defined(_WDMDDK_) || defined(_NTDDK_))
#define PARALLEL_ISR_PLATFORM_DDI
#ifndef IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT
#error "include the platform's parallel.h, too, before parallel_isr.h"
#endif
#endif

/** @cond */
/* For the static analysis of Windows drivers: levels, and what happens to parameters. Nothing elsewhere. */
#if defined(PARALLEL_ISR_PLATFORM_DDI) && defined(_IRQL_requires_max_)
#define PARALLEL_ISR_SAL(annotations) annotations
#else
#define PARALLEL_ISR_SAL(annotations)
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** A port: all state of one shared device; see parallel_isr_initialize(). */
typedef struct parallel_isr_port parallel_isr_port;

#ifndef PARALLEL_ISR_PLATFORM_DDI

/** @cond */
#ifndef NTAPI
#define NTAPI
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
/** @endcond */

/**
 * @name Basic types of the DDI
 * The DDI's ULONG has 32 bits everywhere.
 * @{
 */
typedef int32_t NTSTATUS;        /**< A status; negative values are errors. */
typedef uint8_t BOOLEAN;         /**< TRUE or FALSE. */
typedef uint8_t UCHAR;           /**< An octet. */
typedef UCHAR *PUCHAR;           /**< Register base of the port. */
typedef uint16_t USHORT;         /**< 16 bits. */
typedef uint32_t ULONG;          /**< 32 bits. */
typedef int32_t LONG;            /**< 32 bits, signed. */
typedef uintptr_t ULONG_PTR;     /**< An unsigned integer as wide as a pointer. */
typedef void *PVOID;             /**< An opaque pointer. */
typedef UCHAR KIRQL;             /**< An interrupt request level. */
typedef ULONG_PTR KAFFINITY;     /**< A set of processors. */
typedef ULONG_PTR KSPIN_LOCK;    /**< The platform's spin lock. */
typedef KSPIN_LOCK *PKSPIN_LOCK; /**< A spin lock. */
/** @} */

/** @cond */
#if defined(__GNUC__)
#define PARALLEL_ISR_ALIGNED_8 __attribute__((aligned(8)))
#define PARALLEL_ISR_EXTENSION __extension__
#else
#define PARALLEL_ISR_ALIGNED_8
#define PARALLEL_ISR_EXTENSION
#endif
/** @endcond */

/** A physical address. Aligned to 8 on every target, as the DDI's is. */
typedef union _LARGE_INTEGER {
  struct {
    ULONG LowPart;  /**< Bits 0 .. 31. */
    LONG HighPart;  /**< Bits 32 .. 63. */
  } u;              /**< The halves. */
  int64_t QuadPart; /**< The whole. */
} PARALLEL_ISR_ALIGNED_8 LARGE_INTEGER;
/** A physical address. */
typedef LARGE_INTEGER PHYSICAL_ADDRESS;

/** Level of threads. */
#define PASSIVE_LEVEL 0
/** Level of asynchronous procedure calls. */
#define APC_LEVEL 1
/** Level of DPCs; whatever is above it is a device level, a DIRQL. */
#define DISPATCH_LEVEL 2

/** The interrupt object of the DDI: on a platform that has none it is the port itself. */
typedef parallel_isr_port KINTERRUPT;
/** An interrupt object: PARALLEL_INTERRUPT_INFORMATION::InterruptObject, first parameter of every ISR. */
typedef KINTERRUPT *PKINTERRUPT;

/** How the line signals. */
typedef enum _KINTERRUPT_MODE {
  LevelSensitive = 0,                                   /**< Asserted until every device that pulls it is served. */
  Latched = 1,                                          /**< An edge. */
  PARALLEL_ISR_KINTERRUPT_MODE_HAS_32_BITS = 0x7fffffff /**< No value: the DDI's width, under -fshort-enums too. */
} KINTERRUPT_MODE;

/** How the line is asserted. */
typedef enum _KINTERRUPT_POLARITY {
  InterruptPolarityUnknown = 0,                             /**< Not known. */
  InterruptActiveHigh = 1,                                  /**< High, or rising edge. */
  InterruptActiveLow = 2,                                   /**< Low, or falling edge. */
  PARALLEL_ISR_KINTERRUPT_POLARITY_HAS_32_BITS = 0x7fffffff /**< No value: the DDI's width. */
} KINTERRUPT_POLARITY;

/** A client's ISR. @return TRUE iff its device asked for the interrupt. */
typedef BOOLEAN(NTAPI KSERVICE_ROUTINE)(PKINTERRUPT Interrupt, PVOID ServiceContext);
/** A client's ISR. */
typedef KSERVICE_ROUTINE *PKSERVICE_ROUTINE;
/** A client's ISR for one message of several. */
typedef BOOLEAN(NTAPI KMESSAGE_SERVICE_ROUTINE)(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageID);
/** A client's ISR for messages. */
typedef KMESSAGE_SERVICE_ROUTINE *PKMESSAGE_SERVICE_ROUTINE;
/** A routine that runs while no ISR of the chain does; see parallel_isr_synchronize(). */
typedef BOOLEAN(NTAPI KSYNCHRONIZE_ROUTINE)(PVOID SynchronizeContext);
/** A routine that runs while no ISR of the chain does. */
typedef KSYNCHRONIZE_ROUTINE *PKSYNCHRONIZE_ROUTINE;

/** A device object; opaque. */
typedef struct _DEVICE_OBJECT *PDEVICE_OBJECT;

/**
 * @name Forms of IO_CONNECT_INTERRUPT_PARAMETERS (DDI: wdm.h)
 * @{
 */
#define CONNECT_FULLY_SPECIFIED 0x1       /**< Vector, level and mode are given. */
#define CONNECT_LINE_BASED 0x2            /**< The line of the device. */
#define CONNECT_MESSAGE_BASED 0x3         /**< The messages of the device, or its line. */
#define CONNECT_FULLY_SPECIFIED_GROUP 0x4 /**< As FULLY_SPECIFIED, with a processor group. */
/** @} */

/** One message of a device (DDI: wdm.h). */
typedef struct _IO_INTERRUPT_MESSAGE_INFO_ENTRY {
  PHYSICAL_ADDRESS MessageAddress; /**< Where the device writes. */
  KAFFINITY TargetProcessorSet;    /**< Processors that take it. */
  PKINTERRUPT InterruptObject;     /**< Its interrupt object. */
  ULONG MessageData;               /**< What the device writes. */
  ULONG Vector;                    /**< Its vector. */
  KIRQL Irql;                      /**< Its level. */
  KINTERRUPT_MODE Mode;            /**< Always Latched. */
  KINTERRUPT_POLARITY Polarity;    /**< Its polarity. */
} IO_INTERRUPT_MESSAGE_INFO_ENTRY;

/** The messages of a device (DDI: wdm.h). */
typedef struct _IO_INTERRUPT_MESSAGE_INFO {
  KIRQL UnifiedIrql;                              /**< The level that excludes them all, or 0. */
  ULONG MessageCount;                             /**< Number of entries. */
  IO_INTERRUPT_MESSAGE_INFO_ENTRY MessageInfo[1]; /**< The entries. */
} IO_INTERRUPT_MESSAGE_INFO;

/** Parameters of CONNECT_FULLY_SPECIFIED (DDI: wdm.h). */
typedef struct _IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS {
  PDEVICE_OBJECT PhysicalDeviceObject; /**< The device. */
  PKINTERRUPT *InterruptObject;        /**< [out] The interrupt object. */
  PKSERVICE_ROUTINE ServiceRoutine;    /**< The ISR. */
  PVOID ServiceContext;                /**< Its context. */
  PKSPIN_LOCK SpinLock;                /**< Lock held around the ISR, or NULL. */
  KIRQL SynchronizeIrql;               /**< Level of the ISR; at least Irql. */
  BOOLEAN FloatingSave;                /**< Save floating-point state. */
  BOOLEAN ShareVector;                 /**< Share the vector. */
  ULONG Vector;                        /**< The vector. */
  KIRQL Irql;                          /**< Level of the vector. */
  KINTERRUPT_MODE InterruptMode;       /**< How the line signals. */
  KAFFINITY ProcessorEnableMask;       /**< Processors; not empty. */
  USHORT Group;                        /**< Processor group. */
} IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS;

/** Parameters of CONNECT_LINE_BASED (DDI: wdm.h). */
typedef struct _IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS {
  PDEVICE_OBJECT PhysicalDeviceObject; /**< The device. */
  PKINTERRUPT *InterruptObject;        /**< [out] The interrupt object. */
  PKSERVICE_ROUTINE ServiceRoutine;    /**< The ISR. */
  PVOID ServiceContext;                /**< Its context. */
  PKSPIN_LOCK SpinLock;                /**< Lock held around the ISR, or NULL. */
  KIRQL SynchronizeIrql;               /**< Least level of the ISR, or 0. */
  BOOLEAN FloatingSave;                /**< Save floating-point state. */
} IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS;

/** Parameters of CONNECT_MESSAGE_BASED (DDI: wdm.h). */
typedef struct _IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS {
  PDEVICE_OBJECT PhysicalDeviceObject; /**< The device. */
  union {
    PVOID *Generic;                                    /**< Either. */
    IO_INTERRUPT_MESSAGE_INFO **InterruptMessageTable; /**< [out] Version MESSAGE_BASED. */
    PKINTERRUPT *InterruptObject;                      /**< [out] Version LINE_BASED: the fallback. */
  } ConnectionContext;                                 /**< [out] What disconnect wants back. */
  PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine;     /**< The ISR for messages. */
  PVOID ServiceContext;                                /**< Context of both routines. */
  PKSPIN_LOCK SpinLock;                                /**< Lock held around the ISR, or NULL. */
  KIRQL SynchronizeIrql;                               /**< Least level of the ISR, or 0. */
  BOOLEAN FloatingSave;                                /**< Save floating-point state. */
  PKSERVICE_ROUTINE FallBackServiceRoutine;            /**< The ISR for a device that has a line only. */
} IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS;

/** Parameters of IoConnectInterruptEx (DDI: wdm.h). */
typedef struct _IO_CONNECT_INTERRUPT_PARAMETERS {
  ULONG Version; /**< [in,out] The form wanted; the form connected, or the highest supported. */
  PARALLEL_ISR_EXTENSION union {
    IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS FullySpecified; /**< CONNECT_FULLY_SPECIFIED(_GROUP). */
    IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS LineBased;           /**< CONNECT_LINE_BASED. */
    IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS MessageBased;     /**< CONNECT_MESSAGE_BASED. */
  };                                                                /**< By Version. */
} IO_CONNECT_INTERRUPT_PARAMETERS;

/** Parameters of IoDisconnectInterruptEx (DDI: wdm.h). */
typedef struct _IO_DISCONNECT_INTERRUPT_PARAMETERS {
  ULONG Version; /**< What connect returned. */
  union {
    PVOID Generic;                                    /**< Either. */
    PKINTERRUPT InterruptObject;                      /**< A line. */
    IO_INTERRUPT_MESSAGE_INFO *InterruptMessageTable; /**< Messages. */
  } ConnectionContext;                                /**< What connect returned. */
} IO_DISCONNECT_INTERRUPT_PARAMETERS;

/** A deferred port check routine: called at DIRQL when the port has become free and nobody is queued. It takes and
 *  frees the port with the Context of its own connection: under the nameless one it would trigger itself for ever.
 *  While it runs, no free by its client, wherever that is made, starts another round, unless a try failed meanwhile. */
typedef void(NTAPI *PPARALLEL_DEFERRED_ROUTINE)(PVOID DeferredContext);
/** Takes the port if it is free. @return TRUE iff the caller became the owner. */
typedef BOOLEAN(NTAPI *PPARALLEL_TRY_ALLOCATE_ROUTINE)(PVOID TryAllocateContext);
/** Gives the port back. */
typedef void(NTAPI *PPARALLEL_FREE_ROUTINE)(PVOID FreeContext);
/** @return The number of requests that wait for the port. */
typedef ULONG(NTAPI *PPARALLEL_QUERY_WAITERS_ROUTINE)(PVOID QueryAllocsContext);

/** Input of CONNECT_INTERRUPT and DISCONNECT_INTERRUPT (DDI: parallel.h). */
typedef struct _PARALLEL_INTERRUPT_SERVICE_ROUTINE {
  PKSERVICE_ROUTINE InterruptServiceRoutine;           /**< The ISR; not NULL. */
  PVOID InterruptServiceContext;                       /**< Its context. */
  PPARALLEL_DEFERRED_ROUTINE DeferredPortCheckRoutine; /**< The deferred port check routine, or NULL. */
  PVOID DeferredPortCheckContext;                      /**< Its context. */
} PARALLEL_INTERRUPT_SERVICE_ROUTINE;

/** Information for clients about the port (DDI: parallel.h). */
typedef struct _PARALLEL_PORT_INFORMATION {
  PHYSICAL_ADDRESS OriginalController;             /**< Bus address of the registers. */
  PUCHAR Controller;                               /**< Address of the registers. */
  ULONG SpanOfController;                          /**< Their size in bytes. */
  PPARALLEL_TRY_ALLOCATE_ROUTINE TryAllocatePort;  /**< parallel_isr_try_allocate_port(). */
  PPARALLEL_FREE_ROUTINE FreePort;                 /**< parallel_isr_free_port(). */
  PPARALLEL_QUERY_WAITERS_ROUTINE QueryNumWaiters; /**< parallel_isr_query_waiters(). */
  PVOID Context;                                   /**< Argument of the three: a nameless handle. */
} PARALLEL_PORT_INFORMATION;

/** More information about the port (DDI: parallel.h). */
typedef struct _MORE_PARALLEL_PORT_INFORMATION {
  ULONG InterfaceType;           /**< Kind of bus. */
  ULONG BusNumber;               /**< Number of the bus. */
  ULONG InterruptLevel;          /**< Level on the bus. */
  ULONG InterruptVector;         /**< Vector. */
  KAFFINITY InterruptAffinity;   /**< Processors. */
  KINTERRUPT_MODE InterruptMode; /**< How the line signals. */
} MORE_PARALLEL_PORT_INFORMATION;

/**
 * @name IOCTL codes (DDI: parallel.h; IRP_MJ_INTERNAL_DEVICE_CONTROL only)
 * @{
 */
#define IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE 0x0016002Cu        /**< Queue for the port. */
#define IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO 0x00160030u        /**< PARALLEL_PORT_INFORMATION. */
#define IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT 0x00160034u    /**< Connect an ISR. */
#define IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT 0x00160038u /**< Disconnect an ISR. */
#define IOCTL_INTERNAL_PARALLEL_PORT_FREE 0x001600A0u            /**< Give the port back. */
/** @} */

/** @cond */
#define PARALLEL_ISR_LAYOUT(type, size64, size32) \
  PARALLEL_ISR_STATIC_ASSERT(sizeof(type) == (sizeof(void *) == 8 ? size64 : size32), "size of " #type)
#define PARALLEL_ISR_OFFSET(type, member, offset64, offset32)                                       \
  PARALLEL_ISR_STATIC_ASSERT(offsetof(type, member) == (sizeof(void *) == 8 ? offset64 : offset32), \
                             "offset of " #type "::" #member)
PARALLEL_ISR_LAYOUT(PARALLEL_PORT_INFORMATION, 56, 32);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, Controller, 8, 8);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, SpanOfController, 16, 12);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, TryAllocatePort, 24, 16);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, FreePort, 32, 20);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, QueryNumWaiters, 40, 24);
PARALLEL_ISR_OFFSET(PARALLEL_PORT_INFORMATION, Context, 48, 28);
PARALLEL_ISR_LAYOUT(MORE_PARALLEL_PORT_INFORMATION, 32, 24);
PARALLEL_ISR_OFFSET(MORE_PARALLEL_PORT_INFORMATION, InterruptAffinity, 16, 16);
PARALLEL_ISR_OFFSET(MORE_PARALLEL_PORT_INFORMATION, InterruptMode, 24, 20);
PARALLEL_ISR_LAYOUT(IO_CONNECT_INTERRUPT_PARAMETERS, 80, 48);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.PhysicalDeviceObject, 8, 4);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.InterruptObject, 16, 8);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.ServiceRoutine, 24, 12);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.ServiceContext, 32, 16);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.SpinLock, 40, 20);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.SynchronizeIrql, 48, 24);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.FloatingSave, 49, 25);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.ShareVector, 50, 26);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Vector, 52, 28);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Irql, 56, 32);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.InterruptMode, 60, 36);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.ProcessorEnableMask, 64, 40);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Group, 72, 44);
PARALLEL_ISR_LAYOUT(IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS, 72, 44);
PARALLEL_ISR_LAYOUT(IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS, 48, 24);
PARALLEL_ISR_LAYOUT(IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS, 56, 28);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, MessageBased.MessageServiceRoutine, 24, 12);
PARALLEL_ISR_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, MessageBased.FallBackServiceRoutine, 56, 28);
PARALLEL_ISR_LAYOUT(IO_DISCONNECT_INTERRUPT_PARAMETERS, 16, 8);
PARALLEL_ISR_LAYOUT(IO_INTERRUPT_MESSAGE_INFO, 56, 48);
PARALLEL_ISR_LAYOUT(IO_INTERRUPT_MESSAGE_INFO_ENTRY, 48, 40);
/** @endcond */

#endif /* PARALLEL_ISR_PLATFORM_DDI */

#if !defined(PARALLEL_ISR_PLATFORM_DDI) || !defined(IOCTL_INTERNAL_PARCHIP_CONNECT)
/** Output of CONNECT_INTERRUPT (DDI: parallel.h; a platform header without the PARCHIP codes lacks it). */
typedef struct _PARALLEL_INTERRUPT_INFORMATION {
  PKINTERRUPT InterruptObject;                                    /**< The interrupt object. */
  PPARALLEL_TRY_ALLOCATE_ROUTINE TryAllocatePortAtInterruptLevel; /**< parallel_isr_try_allocate_port(). */
  PPARALLEL_FREE_ROUTINE FreePortFromInterruptLevel;              /**< parallel_isr_free_port(). */
  PVOID Context; /**< Argument of both: the handle of the connection. */
} PARALLEL_INTERRUPT_INFORMATION;
#endif

/** @cond */
PARALLEL_ISR_STATIC_ASSERT(sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) == 4 * sizeof(void *), "size");
PARALLEL_ISR_STATIC_ASSERT(sizeof(PARALLEL_INTERRUPT_INFORMATION) == 4 * sizeof(void *), "size");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_SERVICE_ROUTINE, InterruptServiceContext) == sizeof(void *),
                           "offset");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_SERVICE_ROUTINE, DeferredPortCheckRoutine) == 2 * sizeof(void *),
                           "offset");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_SERVICE_ROUTINE, DeferredPortCheckContext) == 3 * sizeof(void *),
                           "offset");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_INFORMATION, TryAllocatePortAtInterruptLevel) == sizeof(void *),
                           "offset");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_INFORMATION, FreePortFromInterruptLevel) == 2 * sizeof(void *),
                           "offset");
PARALLEL_ISR_STATIC_ASSERT(offsetof(PARALLEL_INTERRUPT_INFORMATION, Context) == 3 * sizeof(void *), "offset");
PARALLEL_ISR_STATIC_ASSERT(sizeof(ULONG) == 4 && sizeof(BOOLEAN) == 1 && sizeof(NTSTATUS) == 4, "the DDI's widths");
/** @endcond */

/** An error status as what it is, a negative number: converting ntstatus.h's value would be up to the compiler. */
#define PARALLEL_ISR_ERROR(status) ((NTSTATUS)(status##LL - 0x100000000LL))

/**
 * @name Status codes (values: ntstatus.h); which call returns which, and why, stands at the call
 * @{
 */
#ifndef STATUS_SUCCESS
#define STATUS_SUCCESS ((NTSTATUS)0x00000000) /**< Done. */
#endif
#ifndef STATUS_PENDING
#define STATUS_PENDING ((NTSTATUS)0x00000103) /**< Queued; the completion routine will be called once. */
#endif
#ifndef STATUS_UNSUCCESSFUL
#define STATUS_UNSUCCESSFUL PARALLEL_ISR_ERROR(0xC0000001) /**< The port does not enable interrupt connection. */
#endif
#ifndef STATUS_INVALID_PARAMETER
#define STATUS_INVALID_PARAMETER PARALLEL_ISR_ERROR(0xC000000D) /**< An argument is not acceptable. */
#endif
#ifndef STATUS_INVALID_DEVICE_REQUEST
#define STATUS_INVALID_DEVICE_REQUEST PARALLEL_ISR_ERROR(0xC0000010) /**< The device has no one line to connect. */
#endif
#ifndef STATUS_BUFFER_TOO_SMALL
#define STATUS_BUFFER_TOO_SMALL PARALLEL_ISR_ERROR(0xC0000023) /**< An input or output buffer is too short. */
#endif
#ifndef STATUS_DELETE_PENDING
#define STATUS_DELETE_PENDING PARALLEL_ISR_ERROR(0xC0000056) /**< The port is being removed. */
#endif
#ifndef STATUS_INSUFFICIENT_RESOURCES
#define STATUS_INSUFFICIENT_RESOURCES PARALLEL_ISR_ERROR(0xC000009A) /**< No slot is left. */
#endif
#ifndef STATUS_NOT_SUPPORTED
#define STATUS_NOT_SUPPORTED PARALLEL_ISR_ERROR(0xC00000BB) /**< The port has no interrupt line. */
#endif
#ifndef STATUS_INVALID_PARAMETER_1
#define STATUS_INVALID_PARAMETER_1 PARALLEL_ISR_ERROR(0xC00000EF) /**< No such form of connection. */
#endif
#ifndef STATUS_INVALID_PARAMETER_10
#define STATUS_INVALID_PARAMETER_10 PARALLEL_ISR_ERROR(0xC00000F8) /**< The set of processors is empty. */
#endif
#ifndef STATUS_CANCELLED
#define STATUS_CANCELLED PARALLEL_ISR_ERROR(0xC0000120) /**< The request was cancelled. */
#endif
#ifndef STATUS_INVALID_DEVICE_STATE
#define STATUS_INVALID_DEVICE_STATE PARALLEL_ISR_ERROR(0xC0000184) /**< Called at a level that is not allowed. */
#endif
#ifndef STATUS_NOT_FOUND
#define STATUS_NOT_FOUND PARALLEL_ISR_ERROR(0xC0000225) /**< No such request is queued. */
#endif
#ifndef STATUS_RESOURCE_NOT_OWNED
#define STATUS_RESOURCE_NOT_OWNED PARALLEL_ISR_ERROR(0xC0000264) /**< The port is not the caller's to free. */
#endif
/** @} */

#ifdef __cplusplus
}
#endif

/* ================================================================================================================== *
 * The platform
 * ================================================================================================================== */

#ifndef PARALLEL_ISR_BACKEND
#if defined(__unix__) && !defined(__KERNEL__)
/** The platform: file that holds its types and, with PARALLEL_ISR_IMPLEMENTATION, its operations. */
#define PARALLEL_ISR_BACKEND "../impl/backend_host.h"
#elif defined(__linux__) && defined(__KERNEL__)
#define PARALLEL_ISR_BACKEND "../impl/backend_linux.h"
#elif defined(_WDMDDK_) || defined(_NTDDK_)
#define PARALLEL_ISR_BACKEND "../impl/backend_windows.h"
#else
#error "define PARALLEL_ISR_BACKEND: the file of the platform, for instance \"backend_pic8259.h\""
#endif
#endif
#include PARALLEL_ISR_BACKEND

#ifdef __cplusplus
extern "C" {
#endif

/* ================================================================================================================== *
 * The port
 * ================================================================================================================== */

/**
 * @brief How a request for the port ends: called exactly once for every `STATUS_PENDING`.
 *
 * Called at DISPATCH_LEVEL, outside every lock of the library; it may call whatever is allowed there. It may run before
 * the call that queued the request has returned.
 *
 * @param context What parallel_isr_allocate() was given.
 * @param status `STATUS_SUCCESS`: the client owns the port. `STATUS_CANCELLED`: parallel_isr_cancel() took it out.
 *               `STATUS_DELETE_PENDING`: the port was removed.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(DISPATCH_LEVEL))
typedef void(NTAPI *parallel_isr_completion_routine)(PVOID context, NTSTATUS status);

/**
 * @brief Reports a storm of unclaimed interrupts: called at DIRQL by the interrupt that ends a window of
 *        #PARALLEL_ISR_STORM_WINDOW. The library itself never masks a line.
 * @param port The port.
 * @param context parallel_isr_configuration::storm_context.
 * @param unclaimed Unclaimed interrupts in the window that ended.
 */
PARALLEL_ISR_SAL(_IRQL_requires_min_(DISPATCH_LEVEL))
typedef void(NTAPI *parallel_isr_storm_routine)(parallel_isr_port *port, PVOID context, uint32_t unclaimed);

/**
 * @brief Who calls: the first member of a connection, and one nameless handle in the port.
 *
 * Its address is what the DDI calls Context. All members belong to the library. The client is the identity that
 * ownership is compared by: a token, or the handle itself where connect was given none.
 */
typedef struct parallel_isr_handle {
  parallel_isr_port *port; /**< The port; never changes. */
  PVOID volatile client;   /**< Atomic: the identity, never NULL; stays after disconnect until the slot is reused. */
  volatile uint32_t connected; /**< Atomic: nonzero while try-allocate accepts the handle. */
} parallel_isr_handle;

/** A connection slot: caller storage, at a fixed place while connected; all members belong to the library. */
typedef struct parallel_isr_connection {
  parallel_isr_handle handle;                 /**< First: its address is the DDI's Context. */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service; /**< What connect was given; all NULL in a free slot. */
  uint32_t called;                            /**< Times the ISR was called; saturates. */
  uint32_t claimed;                           /**< Times it returned TRUE; saturates. */
  uint8_t order;                              /**< Column of the order table: entry i names the slot at position i. */
} parallel_isr_connection;

/** An allocation request slot: caller storage; all members belong to the library. */
typedef struct parallel_isr_request {
  parallel_isr_completion_routine completion; /**< Completion routine; NULL in a free slot. */
  PVOID context;                              /**< Its context. */
  PVOID client;                               /**< Who will own the port. */
  NTSTATUS status;                            /**< PENDING in the queue; the final status once it has left it. */
  uint16_t order;                             /**< Column of the order table: entry i names the slot at position i. */
} parallel_isr_request;

/**
 * @brief What a port is made of. Zero-initialise it, then set what you need; it may be constant, and must live as long
 *        as the port.
 */
typedef struct parallel_isr_configuration {
  parallel_isr_connection *connections; /**< Connection slots; not NULL; need no initialisation. */
  uint32_t connection_capacity;         /**< Their number, 1 .. #PARALLEL_ISR_MAX_CONNECTIONS. */
  parallel_isr_request *requests;       /**< Request slots; may be NULL if there are none. */
  uint32_t request_capacity;            /**< Their number, 0 .. #PARALLEL_ISR_MAX_REQUESTS; 0: allocate always fails. */
  BOOLEAN enable_connect_interrupt;     /**< The DDI's switch, read at every connect. Off: `STATUS_UNSUCCESSFUL`. */
  ULONG connect_version;                /**< Form of the line's connection: CONNECT_LINE_BASED, FULLY_SPECIFIED, or,
                                             where the platform has it, MESSAGE_BASED; 0: the port has no line, and
                                             connect is `STATUS_NOT_SUPPORTED`. */
  BOOLEAN walk_again;                   /**< Latched line of several devices: pass again until nobody claims. */
  uint32_t storm_unclaimed;             /**< Report a window with more unclaimed interrupts than this; 0: never. */
  parallel_isr_storm_routine storm_routine;   /**< Whom to report to; may be NULL. */
  PVOID storm_context;                        /**< Its context. */
  PHYSICAL_ADDRESS original_controller;       /**< PARALLEL_PORT_INFORMATION::OriginalController. */
  PUCHAR controller;                          /**< PARALLEL_PORT_INFORMATION::Controller. */
  ULONG span_of_controller;                   /**< PARALLEL_PORT_INFORMATION::SpanOfController. */
  parallel_isr_backend_configuration backend; /**< What the platform needs to know. */
} parallel_isr_configuration;

/** Counters of a port. Those marked `~` stop at #PARALLEL_ISR_COUNTER_LIMIT, the others at UINT32_MAX. */
typedef struct parallel_isr_statistics {
  uint32_t connections; /**< Connected now. */
  uint32_t queued;      /**< Requests in the queue now. */
  uint32_t passes;      /**< Passes over the chain. */
  uint32_t unclaimed;   /**< Interrupts that nobody claimed; merged ones are not judged. */
  uint32_t longest_run; /**< Most passes that serving the line once took. */
  uint32_t exhausted;   /**< Interrupts that still claimed after #PARALLEL_ISR_MAX_PASSES passes. */
  uint32_t checks;      /**< Deferred port check routines called. */
  uint32_t handovers;   /**< Times the port went from an owner straight to the head of the queue. */
  uint32_t merged;      /**< ~ Interrupts served by a pass that another context ran. */
  uint32_t failed;      /**< ~ Try-allocates that found the port taken. */
  uint32_t refused;     /**< ~ Frees by a caller that did not own the port, and tries with a disconnected handle. */
} parallel_isr_statistics;

/** One connection, as parallel_isr_iterate() shows it: a copy. */
typedef struct parallel_isr_connection_information {
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service; /**< What connect was given. */
  PVOID client;                               /**< The token, or the connection's handle where there was none. */
  uint32_t called;                            /**< Times the ISR was called. */
  uint32_t claimed;                           /**< Times it returned TRUE. */
} parallel_isr_connection_information;

/** Storage of a port; all members belong to the library (`spec/ARCHITECTURE.md` says which room owns which). */
struct parallel_isr_port {
  volatile uint32_t gate;           /**< Atomic: bits of the service gate. */
  volatile uint32_t users;          /**< Atomic: queue length, plus 1 if owned, plus 1 once removed; 0: free. */
  volatile uint32_t check_wanted;   /**< Atomic: somebody is owed a round of deferred checks. */
  volatile uint32_t deferred_count; /**< Atomic: connections that have a deferred routine. */
  volatile uint32_t removed;        /**< Atomic: set once, by remove. */
  bool line_connected;              /**< Mutex: the line is connected. */
  PVOID volatile owner;             /**< Atomic: identity of the owner; NULL: none. */
  PVOID volatile checking;          /**< Atomic: client whose deferred routine runs. */
  volatile uint32_t merged;         /**< Atomic: see parallel_isr_statistics. */
  volatile uint32_t failed;         /**< Atomic: see parallel_isr_statistics. */
  volatile uint32_t refused;        /**< Atomic: see parallel_isr_statistics. */
  parallel_isr_handle nameless;     /**< The handle of everybody without a name. */
  const parallel_isr_configuration *configuration; /**< Read only. */
  uint32_t connection_count;         /**< Gate: positions 0 .. count-1 are connected, the rest free, oldest first. */
  uint32_t check_position;           /**< Gate: where the next round of deferred checks starts. */
  uint32_t queue_length;             /**< Gate: requests that wait, at the positions behind the ended ones. */
  uint32_t ended_count;              /**< Gate: requests whose completion call is due, at the first positions. */
  uint32_t passes;                   /**< Gate: see parallel_isr_statistics. */
  uint32_t unclaimed;                /**< Gate: see parallel_isr_statistics. */
  uint32_t longest_run;              /**< Gate: see parallel_isr_statistics. */
  uint32_t exhausted;                /**< Gate: see parallel_isr_statistics. */
  uint32_t checks;                   /**< Gate: see parallel_isr_statistics. */
  uint32_t handovers;                /**< Gate: see parallel_isr_statistics. */
  uint32_t window_interrupts;        /**< Gate: storm rule. */
  uint32_t window_unclaimed;         /**< Gate: storm rule. */
  parallel_isr_backend_port backend; /**< The platform's. */
};

/**
 * @brief What the trace hook `PARALLEL_ISR_TRACE(port, event, object)` is told.
 *
 * The hook is a macro; undefined, it is nothing. It runs in the context of the step, at any level, and must not call
 * the library. `object` is a `const volatile void *`.
 */
typedef enum parallel_isr_trace_event {
  PARALLEL_ISR_TRACE_DISPATCH,    /**< An interrupt entered the chain. */
  PARALLEL_ISR_TRACE_DISPATCHED,  /**< It leaves. */
  PARALLEL_ISR_TRACE_MERGED,      /**< It found the gate held: another context runs its pass. */
  PARALLEL_ISR_TRACE_GATE_TAKEN,  /**< The gate is held. */
  PARALLEL_ISR_TRACE_GATE_LEFT,   /**< The gate is about to be given up. */
  PARALLEL_ISR_TRACE_PASS,        /**< A pass starts. */
  PARALLEL_ISR_TRACE_PASSED,      /**< It ended. */
  PARALLEL_ISR_TRACE_OWNED,       /**< The port has an owner: object is its identity. */
  PARALLEL_ISR_TRACE_FREED,       /**< The port is about to be given up by the owner. */
  PARALLEL_ISR_TRACE_QUEUED,      /**< A request was queued: object is its client. */
  PARALLEL_ISR_TRACE_DPC,         /**< A DPC run starts. */
  PARALLEL_ISR_TRACE_DPC_ENDED,   /**< It ended. */
  PARALLEL_ISR_TRACE_CHECK,       /**< A deferred routine is called: object is its client. */
  PARALLEL_ISR_TRACE_CONNECTED,   /**< A client was connected: object is its identity. */
  PARALLEL_ISR_TRACE_DISCONNECTED /**< A client was disconnected: object is its identity. */
} parallel_isr_trace_event;

/* ================================================================================================================== *
 * Life of a port
 * ================================================================================================================== */

/**
 * @brief Makes a port out of caller storage.
 *
 * Source: DESIGN 1, 2.2.
 *
 * @param[out] port Storage of the port. It and everything @p configuration names belong to the library until
 *                  parallel_isr_remove() returned.
 * @param[in] configuration Kept by reference.
 * @retval STATUS_SUCCESS The port is free, unconnected and ready.
 * @retval STATUS_INVALID_PARAMETER A pointer is NULL, or a capacity is out of its range.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL; the port must not be used.
 * @return Anything else is the platform's own reason; the port must not be used then.
 * @par Constraints PASSIVE_LEVEL; the caller is the only user of the storage.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ _At_(port, _Out_) _At_(configuration, _In_))
PARALLEL_ISR_API NTSTATUS parallel_isr_initialize(parallel_isr_port *port,
                                                  const parallel_isr_configuration *configuration);

/**
 * @brief Takes a port out of service, whoever uses it.
 *
 * New work is refused from here on; queued requests complete with `STATUS_DELETE_PENDING`; every client is disconnected
 * (what parallel_isr_disconnect() promises holds for each), then the line. The port never becomes free again; an owner
 * may still free it, or not. May run beside any other call.
 *
 * Source: DESIGN 2.2; IRP_MN_REMOVE_DEVICE.
 *
 * @param[in,out] port The port.
 * @retval STATUS_SUCCESS No routine of any client runs or will run and every completion was delivered. The storage may
 *                        be freed as soon as every other call that is in progress has returned.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL; nothing changed.
 * @retval STATUS_DELETE_PENDING Another remove came first; nothing changed, and that one may still be in progress.
 * @par Constraints PASSIVE_LEVEL; waits for the DPC and for interrupts in progress. Not from a completion routine.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _At_(port, _Inout_))
PARALLEL_ISR_API NTSTATUS parallel_isr_remove(parallel_isr_port *port);

/* ================================================================================================================== *
 * Connections
 * ================================================================================================================== */

/**
 * @brief Connects a client's ISR to the port's interrupt line, behind those connected before.
 *
 * The first connection connects the line. The ISR may be called before this returns; everything but InterruptObject,
 * which is its first argument, is told by then.
 *
 * Source: IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT; DESIGN 2.1, 2.2. Statuses in the order of their tests:
 *
 * @param[in,out] port The port.
 * @param client Token of the client, or NULL: then the connection is a client of its own.
 * @param[in] service Copied. May overlap @p information.
 * @param[out] information Interrupt object, routines and handle; all NULL on failure.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL.
 * @retval STATUS_DELETE_PENDING The port is being removed.
 * @retval STATUS_UNSUCCESSFUL The switch parallel_isr_configuration::enable_connect_interrupt is off.
 * @retval STATUS_INVALID_PARAMETER A pointer or the routine is NULL, or this routine with this context is
 *                                  connected already.
 * @retval STATUS_NOT_SUPPORTED The port has no interrupt line.
 * @retval STATUS_INSUFFICIENT_RESOURCES Every connection slot is taken.
 * @retval STATUS_SUCCESS The ISR is connected.
 * @return Anything else is why the platform could not connect the line.
 * @par Constraints PASSIVE_LEVEL; waits for other connects and disconnects.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ _At_(port, _Inout_) _At_(client, _In_opt_)
                     _At_(service, _In_) _At_(information, _Out_))
PARALLEL_ISR_API NTSTATUS parallel_isr_connect(parallel_isr_port *port, PVOID client,
                                               const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service,
                                               PARALLEL_INTERRUPT_INFORMATION *information);

/**
 * @brief Disconnects a client's ISR.
 *
 * When it returns `STATUS_SUCCESS` neither the ISR nor the deferred routine runs on any processor, or ever will; what
 * their contexts point to may be freed. The last disconnect disconnects the line. A port that the client owns stays
 * owned, but by nobody in particular: its own code, or any other, may free it. Silence the device first.
 *
 * Source: IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT; DESIGN 2.2. Statuses in the order of their tests:
 *
 * @param[in,out] port The port.
 * @param[in] service Only the ISR and its context are compared.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL; the ISR may still run.
 * @retval STATUS_DELETE_PENDING The port was removed, and every client with it.
 * @retval STATUS_INVALID_PARAMETER @p service is NULL, or no such ISR with such a context is connected.
 * @retval STATUS_SUCCESS The ISR is disconnected.
 * @par Constraints PASSIVE_LEVEL; waits for the ISRs of this chain that are running, and for connects and disconnects.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _At_(port, _Inout_) _At_(service, _In_))
PARALLEL_ISR_API NTSTATUS parallel_isr_disconnect(parallel_isr_port *port,
                                                  const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service);

/**
 * @brief Calls a routine at DIRQL while no ISR and no deferred routine of the port runs.
 *
 * Source: KeSynchronizeExecution (wdm.h); DESIGN 2.1.
 *
 * @param[in,out] port The port; where the platform has no interrupt objects this is
 *                     PARALLEL_INTERRUPT_INFORMATION::InterruptObject as well.
 * @param routine Called once. It may use try_allocate_port and free_port, and nothing else of this header.
 * @param context Its argument.
 * @return What @p routine returned; FALSE without a call if the level is DIRQL already, or it is NULL.
 * @par Constraints <= DISPATCH_LEVEL; waits for the ISRs of this chain that are running.
 */
PARALLEL_ISR_SAL(_IRQL_requires_max_(DISPATCH_LEVEL) _At_(port, _Inout_) _At_(routine, _In_) _At_(context, _In_opt_))
PARALLEL_ISR_API BOOLEAN parallel_isr_synchronize(parallel_isr_port *port, PKSYNCHRONIZE_ROUTINE routine,
                                                  PVOID context);

/** @brief Sees one connection. @param context The visitor's. @param connection A copy. @return FALSE to stop. */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL))
typedef BOOLEAN(NTAPI *parallel_isr_visitor)(PVOID context, const parallel_isr_connection_information *connection);

/**
 * @brief Shows every connection to a visitor, in connection order.
 *
 * Connects and disconnects wait meanwhile; interrupts do not. Source: DESIGN 2.3.
 *
 * @param[in,out] port The port.
 * @param visitor Called at PASSIVE_LEVEL. It must not connect, disconnect, iterate or remove.
 * @param context Its argument.
 * @retval STATUS_SUCCESS All were shown, or the visitor stopped it.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL; none was shown.
 * @retval STATUS_INVALID_PARAMETER The visitor is NULL.
 * @par Constraints PASSIVE_LEVEL.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _At_(port, _Inout_) _At_(visitor, _In_) _At_(context, _In_opt_))
PARALLEL_ISR_API NTSTATUS parallel_isr_iterate(parallel_isr_port *port, parallel_isr_visitor visitor, PVOID context);

/**
 * @brief Reads the counters of a port.
 *
 * Source: DESIGN 2.3.
 *
 * @param[in,out] port The port.
 * @param[out] statistics The counters, those kept under the gate at one instant; all 0 on failure.
 * @retval STATUS_SUCCESS Read.
 * @retval STATUS_INVALID_PARAMETER @p statistics is NULL.
 * @retval STATUS_INVALID_DEVICE_STATE Called at DIRQL.
 * @par Constraints <= DISPATCH_LEVEL.
 */
PARALLEL_ISR_SAL(_IRQL_requires_max_(DISPATCH_LEVEL) _At_(port, _Inout_) _At_(statistics, _Out_))
PARALLEL_ISR_API NTSTATUS parallel_isr_query_statistics(parallel_isr_port *port, parallel_isr_statistics *statistics);

/* ================================================================================================================== *
 * Connections by the forms of IoConnectInterruptEx
 * ================================================================================================================== */

/** The messages of a port, with room for all of them behind the DDI's one. */
typedef struct parallel_isr_message_table {
  IO_INTERRUPT_MESSAGE_INFO info;                                       /**< What the client is shown. */
  IO_INTERRUPT_MESSAGE_INFO_ENTRY more[PARALLEL_ISR_MAX_MESSAGES - 1u]; /**< Its entries 1 and following. */
} parallel_isr_message_table;

/** @cond */
PARALLEL_ISR_STATIC_ASSERT(offsetof(parallel_isr_message_table, more) ==
                               offsetof(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) +
                                   sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY),
                           "the entries are one array");
/** @endcond */

/**
 * @brief A connection that parallel_isr_connect_interrupt_ex() made: caller storage, at a fixed place until
 *        parallel_isr_disconnect_interrupt_ex() or parallel_isr_remove() has returned; needs no initialisation.
 *
 * A client may read `information`: the routines and the handle to take the port with. The rest belongs to the library.
 */
typedef struct parallel_isr_interrupt {
  PARALLEL_INTERRUPT_INFORMATION information; /**< As of parallel_isr_connect(). */
  parallel_isr_port *port;                    /**< Whose chain the client is in. */
  ULONG version;                              /**< The form connected; 0: none. */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service; /**< What stands in the chain. */
  PKMESSAGE_SERVICE_ROUTINE routine;          /**< MESSAGE_BASED: the ISR. */
  PVOID context;                              /**< MESSAGE_BASED: its context. */
  uint32_t pending;                           /**< Gate: messages that a MESSAGE_BASED ISR was not yet called for. */
  parallel_isr_message_table table;           /**< MESSAGE_BASED: what the client was shown. */
} parallel_isr_interrupt;

/**
 * @brief Connects a client's ISR to the port's chain, by the DDI's parameters.
 *
 * All forms put the ISR into the one chain of the port. On success `Version` says which form was connected:
 * MESSAGE_BASED becomes LINE_BASED where the port has no messages, and FallBackServiceRoutine is the ISR then. A
 * message calls the whole chain: those who connected by parallel_isr_connect() or by a form of the line as for an
 * interrupt of a line, those who connected by MESSAGE_BASED once for each message that arrived. SynchronizeIrql is a
 * minimum that the DIRQL of the port fulfils; the routines of a chain exclude each other, so the table's UnifiedIrql is
 * that DIRQL.
 *
 * Source: IoConnectInterruptEx (wdm.h, iointex.h); DESIGN 2.6. The output pointer of the form is NULL on failure;
 * at a wrong level, and for a form that is unknown, it is left as it was.
 *
 * @param[in,out] port The port: the device that `PhysicalDeviceObject` names to the platform.
 * @param client Token of the client, or NULL: then the connection is a client of its own.
 * @param[out] interrupt Storage of the connection; must not be connected.
 * @param[in,out] parameters As the DDI defines them. `Version` is changed by success, and by
 *                           `STATUS_INVALID_PARAMETER_1`: to the highest form supported.
 * @retval STATUS_INVALID_PARAMETER A pointer argument, the device object, the output pointer or the routine is NULL;
 *                                  FloatingSave is set; or FULLY_SPECIFIED(_GROUP): SynchronizeIrql is below Irql, the
 *                                  group is not 0, a lock is given for a passive ISR, the vector is not shared, or its
 *                                  mode is another.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL.
 * @retval STATUS_INVALID_PARAMETER_1 `Version` is none of the four forms, or the platform has no FULLY_SPECIFIED.
 * @retval STATUS_INVALID_PARAMETER_10 FULLY_SPECIFIED(_GROUP): ProcessorEnableMask is empty.
 * @retval STATUS_NOT_SUPPORTED SpinLock is given: an interrupt never waits for a lock; or the ISR would be passive.
 * @retval STATUS_NOT_FOUND The port has no interrupt; MESSAGE_BASED: it has no messages, and there is no fallback
 *                          routine; FULLY_SPECIFIED(_GROUP): it has another vector.
 * @retval STATUS_INVALID_DEVICE_REQUEST A form of the line, and the port has several messages.
 * @retval STATUS_SUCCESS The ISR is connected.
 * @return Anything else is as of parallel_isr_connect().
 * @par Constraints PASSIVE_LEVEL; waits for other connects and disconnects.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ _At_(port, _Inout_) _At_(client, _In_opt_)
                     _At_(interrupt, _Out_) _At_(parameters, _Inout_))
PARALLEL_ISR_API NTSTATUS parallel_isr_connect_interrupt_ex(parallel_isr_port *port, PVOID client,
                                                            parallel_isr_interrupt *interrupt,
                                                            IO_CONNECT_INTERRUPT_PARAMETERS *parameters);

/**
 * @brief Disconnects what parallel_isr_connect_interrupt_ex() connected; promises what parallel_isr_disconnect() does.
 *
 * Source: IoDisconnectInterruptEx (wdm.h, iointex.h); DESIGN 2.6.
 *
 * @param[in,out] interrupt The connection.
 * @param[in] parameters `Version` and context that connect returned.
 * @retval STATUS_INVALID_PARAMETER A pointer is NULL, nothing is connected, or connect returned another `Version` or
 *                                  another context; nothing changed.
 * @retval STATUS_INVALID_DEVICE_STATE Not called at PASSIVE_LEVEL; the ISR may still run.
 * @retval STATUS_DELETE_PENDING The port was removed, and every client with it.
 * @retval STATUS_SUCCESS The ISR is disconnected.
 * @par Constraints PASSIVE_LEVEL; as parallel_isr_disconnect(). No two calls for one connection at a time.
 */
PARALLEL_ISR_SAL(_IRQL_requires_(PASSIVE_LEVEL) _At_(interrupt, _Inout_) _At_(parameters, _In_))
PARALLEL_ISR_API NTSTATUS parallel_isr_disconnect_interrupt_ex(parallel_isr_interrupt *interrupt,
                                                               const IO_DISCONNECT_INTERRUPT_PARAMETERS *parameters);

/* ================================================================================================================== *
 * Ownership
 * ================================================================================================================== */

/**
 * @brief Takes the port if it is free. Never blocks, spins or queues.
 *
 * The DDI's TryAllocatePort and TryAllocatePortAtInterruptLevel. The loser is owed a call of the deferred routines once
 * the port is free. It may lose for ever: parallel_isr_allocate() is the call that does not.
 *
 * Source: parallel.h PPARALLEL_TRY_ALLOCATE_ROUTINE; DESIGN 2.4, 3.2.
 *
 * @param Context The Context of a PARALLEL_INTERRUPT_INFORMATION or a PARALLEL_PORT_INFORMATION.
 * @retval TRUE The caller became the owner.
 * @retval FALSE At one instant during the call the port was not free; or the handle is of a connection that was
 *               disconnected and whose slot was not reused yet.
 * @par Constraints Any level; wait-free.
 */
PARALLEL_ISR_SAL(_Must_inspect_result_ _At_(Context, _In_))
PARALLEL_ISR_API BOOLEAN NTAPI parallel_isr_try_allocate_port(PVOID Context);

/**
 * @brief Gives the port back. Never blocks or spins.
 *
 * The DDI's FreePort and FreePortFromInterruptLevel; parallel_isr_free() for a caller that has a handle. A free that is
 * refused is counted in parallel_isr_statistics::refused and changes nothing else.
 *
 * Source: parallel.h PPARALLEL_FREE_ROUTINE; DESIGN 2.1, 2.4, 3.2.
 *
 * @param Context The Context of a PARALLEL_INTERRUPT_INFORMATION or a PARALLEL_PORT_INFORMATION.
 * @par Constraints Any level; wait-free.
 */
PARALLEL_ISR_SAL(_At_(Context, _In_))
PARALLEL_ISR_API void NTAPI parallel_isr_free_port(PVOID Context);

/**
 * @brief Counts the requests that wait for the port. An owner that may need long should ask now and then, and free it.
 *
 * Source: parallel.h PPARALLEL_QUERY_WAITERS_ROUTINE.
 *
 * @param Context The Context of a PARALLEL_INTERRUPT_INFORMATION or a PARALLEL_PORT_INFORMATION.
 * @return The number of waiters at one instant during the call: one less between a free and the hand-over that follows;
 *         a port being removed counts as one more.
 * @par Constraints Any level; wait-free.
 */
PARALLEL_ISR_SAL(_At_(Context, _In_))
PARALLEL_ISR_API ULONG NTAPI parallel_isr_query_waiters(PVOID Context);

/**
 * @brief Takes the port, or queues for it.
 *
 * Requests are granted in the order of their calls; between two of them the port is never free. The pair of completion
 * routine and context names the request.
 *
 * Source: IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE; DESIGN 2.4, 3.2. Statuses in the order of their tests:
 *
 * @param[in,out] port The port.
 * @param client Token of the client, or NULL: nameless.
 * @param completion Called once if and only if the status is `STATUS_PENDING`.
 * @param context Its context.
 * @retval STATUS_INVALID_DEVICE_STATE Called at DIRQL.
 * @retval STATUS_DELETE_PENDING The port is being removed.
 * @retval STATUS_INVALID_PARAMETER The completion routine is NULL, or a request with this routine and this context is
 *                                  queued already.
 * @retval STATUS_INSUFFICIENT_RESOURCES Every request slot is taken.
 * @retval STATUS_SUCCESS The client owns the port; the completion routine will not be called.
 * @retval STATUS_PENDING Queued.
 * @par Constraints <= DISPATCH_LEVEL.
 */
PARALLEL_ISR_SAL(_IRQL_requires_max_(DISPATCH_LEVEL) _Must_inspect_result_ _At_(port, _Inout_) _At_(client, _In_opt_)
                     _At_(completion, _In_) _At_(context, _In_opt_))
PARALLEL_ISR_API NTSTATUS parallel_isr_allocate(parallel_isr_port *port, PVOID client,
                                                parallel_isr_completion_routine completion, PVOID context);

/**
 * @brief Takes a request out of the queue.
 *
 * Source: IoCancelIrp; DESIGN 3.2.
 *
 * @param[in,out] port The port.
 * @param completion As given to parallel_isr_allocate().
 * @param context As given to parallel_isr_allocate().
 * @retval STATUS_SUCCESS Taken out; the completion routine is called with `STATUS_CANCELLED`, by the DPC.
 * @retval STATUS_INVALID_DEVICE_STATE Called at DIRQL.
 * @retval STATUS_NOT_FOUND No such request is queued: it was never there, or it has been granted or ended.
 * @par Constraints <= DISPATCH_LEVEL.
 */
PARALLEL_ISR_SAL(_IRQL_requires_max_(DISPATCH_LEVEL) _At_(port, _Inout_) _At_(completion, _In_) _At_(context, _In_opt_))
PARALLEL_ISR_API NTSTATUS parallel_isr_cancel(parallel_isr_port *port, parallel_isr_completion_routine completion,
                                              PVOID context);

/**
 * @brief Gives the port back, by token.
 *
 * A free succeeds if and only if the port is owned, and the owner is the caller or either of them is nameless. What
 * follows does not depend on the level or on the routine called: the head of the queue becomes the owner, or else the
 * deferred port check routines are called.
 *
 * Source: IOCTL_INTERNAL_PARALLEL_PORT_FREE; DESIGN 2.1, 2.4, 3.2.
 *
 * @param[in,out] port The port.
 * @param client Token of the client, or NULL: nameless.
 * @retval STATUS_SUCCESS Freed.
 * @retval STATUS_RESOURCE_NOT_OWNED The port is free, or somebody else's; nothing changed but the counter.
 * @par Constraints Any level; wait-free.
 */
PARALLEL_ISR_SAL(_At_(port, _Inout_) _At_(client, _In_opt_))
PARALLEL_ISR_API NTSTATUS parallel_isr_free(parallel_isr_port *port, PVOID client);

/* ================================================================================================================== *
 * Device control
 * ================================================================================================================== */

/** An internal device control request: what the platform's request packet says, and what the answer is. */
typedef struct parallel_isr_device_request {
  ULONG code;                                 /**< One of the IOCTL codes above. */
  PVOID system_buffer;                        /**< Input and output; aligned for a pointer. */
  ULONG input_length;                         /**< Bytes of input. */
  ULONG output_length;                        /**< Bytes that fit for output. */
  PVOID client;                               /**< Token of the client, or NULL. */
  parallel_isr_completion_routine completion; /**< PORT_ALLOCATE: called if the status is `STATUS_PENDING`. */
  PVOID completion_context;                   /**< Its context. */
  ULONG_PTR information;                      /**< [out] Bytes of output; 0 on every failure. */
} parallel_isr_device_request;

/**
 * @brief Serves the DDI's requests. Input and output share one buffer: a failing request leaves it as it was.
 *
 * Source: the IOCTL pages of parallel.h; DESIGN 2.2. The first test that fails decides:
 *
 * @param[in,out] port The port.
 * @param[in,out] request The request. parallel_isr_device_request::information is set before any completion routine is
 *                        called.
 * @retval STATUS_INVALID_DEVICE_STATE CONNECT, DISCONNECT: not at PASSIVE_LEVEL. Others: at DIRQL.
 * @retval STATUS_DELETE_PENDING The port is being removed (not for FREE).
 * @retval STATUS_UNSUCCESSFUL CONNECT: the switch is off.
 * @retval STATUS_BUFFER_TOO_SMALL CONNECT, DISCONNECT, GET_PARALLEL_PORT_INFO: input or output is too short.
 * @retval STATUS_INVALID_PARAMETER The code is none of these five; a buffer is needed and NULL; or as the
 *                                  call below says.
 * @return CONNECT: as parallel_isr_connect(), information is the size of PARALLEL_INTERRUPT_INFORMATION on success.
 *         DISCONNECT: as parallel_isr_disconnect(). ALLOCATE: as parallel_isr_allocate(). FREE: as parallel_isr_free().
 *         GET_PARALLEL_PORT_INFO: `STATUS_SUCCESS`, information is the size of PARALLEL_PORT_INFORMATION.
 * @par Constraints By code, see the table at the top.
 */
PARALLEL_ISR_SAL(_IRQL_requires_max_(DISPATCH_LEVEL) _Must_inspect_result_ _At_(port, _Inout_) _At_(request, _Inout_))
PARALLEL_ISR_API NTSTATUS parallel_isr_device_control(parallel_isr_port *port, parallel_isr_device_request *request);

#ifdef __cplusplus
}
#endif

#endif /* PARALLEL_ISR_H */

#if defined(PARALLEL_ISR_IMPLEMENTATION) && !defined(PARALLEL_ISR_IMPLEMENTED)
/** @cond */
#define PARALLEL_ISR_IMPLEMENTED
/** @endcond */
#include "../impl/backend.h"
#include "../impl/service_gate.h"
#include "../impl/port_ownership.h"
#include "../impl/isr_chain.h"
#include "../impl/allocation_queue.h"
#include "../impl/deferred_procedure.h"
#include "../impl/interrupt_connection.h"
#include "../impl/interrupt_negotiation.h"
#include "../impl/port_lifetime.h"
#include "../impl/port_query.h"
#include "../impl/device_control.h"
#endif
