/* SPDX-License-Identifier: MIT */
/* What the files of the simulator share, and the user-mode functions that it is made of: it runs in a process. */
#ifndef HOOKS_H
#define HOOKS_H

#include "ntsim.h"

/* ---- kernel32 and ntdll ------------------------------------------------------------------------------------------ */

#ifndef WINAPI
#define WINAPI __stdcall
#endif
#define OPEN_ALWAYS 4u
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define IMPORT __declspec(dllimport)

typedef ULONG(WINAPI *thread_start)(void *);
IMPORT HANDLE WINAPI CreateFileA(const char *, ULONG, ULONG, void *, ULONG, ULONG, HANDLE);
IMPORT int WINAPI WriteFile(HANDLE, const void *, ULONG, ULONG *, void *);
IMPORT int WINAPI CloseHandle(HANDLE);
IMPORT HANDLE WINAPI CreateThread(void *, SIZE_T, thread_start, void *, ULONG, ULONG *);
IMPORT ULONG WINAPI WaitForSingleObject(HANDLE, ULONG);
IMPORT int WINAPI SwitchToThread(void);
IMPORT int WINAPI TerminateProcess(HANDLE, unsigned int);
IMPORT ULONG WINAPI GetTickCount(void);
IMPORT ULONG WINAPI TlsAlloc(void);
IMPORT void *WINAPI TlsGetValue(ULONG);
IMPORT int WINAPI TlsSetValue(ULONG, void *);
IMPORT void *WINAPI VirtualAlloc(void *, SIZE_T, ULONG, ULONG);
IMPORT int WINAPI VirtualFree(void *, SIZE_T, ULONG);
IMPORT int WINAPI VirtualProtect(void *, SIZE_T, ULONG, ULONG *);
IMPORT void *WINAPI AddVectoredExceptionHandler(ULONG, LONG(NTAPI *)(EXCEPTION_POINTERS *));
IMPORT int __cdecl _snprintf(char *, size_t, const char *, ...);
IMPORT int __cdecl _vsnprintf(char *, size_t, const char *, __builtin_va_list);

/* ---- kernel.c ---------------------------------------------------------------------------------------------------- */

typedef struct sim_connection {
  ULONG vector, message;
  KSPIN_LOCK *lock;
  KIRQL synchronize;
  BOOLEAN share;
  KINTERRUPT_MODE mode;
  PKSERVICE_ROUTINE routine;
  PKMESSAGE_SERVICE_ROUTINE message_routine;
  PVOID context;
} sim_connection;

void sim_processors_initialize(void);
void sim_let_others_run(void);
void sim_check_dpcs(const void *start, size_t size, const char *what);
PKINTERRUPT sim_connect(const sim_connection *wanted); /* NULL: the vector is not shared */
bool sim_is_connected(PKINTERRUPT object);
bool sim_holds(PKINTERRUPT object); /* this processor has its lock, or it is not connected */
void sim_processor_reset(void);     /* whatever a case that failed has left */
bool sim_dpc_is_queued(void);       /* on this processor */
void sim_disconnect_all(void);
void sim_forget_interrupts(void);        /* those that were, too: none is connected */
bool sim_disconnect(PKINTERRUPT object); /* false: it was not connected */

/* ---- what drivers get instead of the kernel's -------------------------------------------------------------------- */

VOID NTAPI hook_KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK);
VOID NTAPI hook_KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK);
KIRQL NTAPI hook_KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK);
VOID NTAPI hook_KeReleaseSpinLock(PKSPIN_LOCK, KIRQL);
VOID NTAPI hook_IoAcquireCancelSpinLock(PKIRQL);
VOID NTAPI hook_IoReleaseCancelSpinLock(KIRQL);
VOID NTAPI hook_KeEnterCriticalRegion(VOID);
VOID NTAPI hook_KeLeaveCriticalRegion(VOID);
VOID NTAPI hook_ExAcquireFastMutexUnsafe(PFAST_MUTEX);
VOID NTAPI hook_ExReleaseFastMutexUnsafe(PFAST_MUTEX);
VOID NTAPI hook_KeInitializeDpc(PRKDPC, PKDEFERRED_ROUTINE, PVOID);
BOOLEAN NTAPI hook_KeInsertQueueDpc(PRKDPC, PVOID, PVOID);
BOOLEAN NTAPI hook_KeRemoveQueueDpc(PRKDPC);
VOID NTAPI hook_KeFlushQueuedDpcs(VOID);
BOOLEAN NTAPI hook_KeSynchronizeExecution(PKINTERRUPT, PKSYNCHRONIZE_ROUTINE, PVOID);
NTSTATUS NTAPI hook_KeWaitForSingleObject(PVOID, KWAIT_REASON, KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER);

NTSTATUS NTAPI hook_IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS);
VOID NTAPI hook_IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS);
NTSTATUS NTAPI hook_IoCreateDevice(PDRIVER_OBJECT, ULONG, PUNICODE_STRING, DEVICE_TYPE, ULONG, BOOLEAN,
                                   PDEVICE_OBJECT *);
VOID NTAPI hook_IoDeleteDevice(PDEVICE_OBJECT);
PDEVICE_OBJECT NTAPI hook_IoAttachDeviceToDeviceStack(PDEVICE_OBJECT, PDEVICE_OBJECT);
VOID NTAPI hook_IoDetachDevice(PDEVICE_OBJECT);
NTSTATUS NTAPI hook_IoGetDeviceObjectPointer(PUNICODE_STRING, ACCESS_MASK, PFILE_OBJECT *, PDEVICE_OBJECT *);
LONG_PTR NTAPI hook_ObfDereferenceObject(PVOID);
NTSTATUS NTAPI hook_IofCallDriver(PDEVICE_OBJECT, PIRP);
VOID NTAPI hook_IofCompleteRequest(PIRP, CCHAR);
PIRP NTAPI hook_IoAllocateIrp(CCHAR, BOOLEAN);
VOID NTAPI hook_IoFreeIrp(PIRP);
BOOLEAN NTAPI hook_IoCancelIrp(PIRP);
VOID NTAPI hook_IoInitializeRemoveLockEx(PIO_REMOVE_LOCK, ULONG, ULONG, ULONG, ULONG);
NTSTATUS NTAPI hook_IoAcquireRemoveLockEx(PIO_REMOVE_LOCK, PVOID, PCSTR, ULONG, ULONG);
VOID NTAPI hook_IoReleaseRemoveLockEx(PIO_REMOVE_LOCK, PVOID, ULONG);
VOID NTAPI hook_IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK, PVOID, ULONG);
NTSTATUS NTAPI hook_IoOpenDeviceRegistryKey(PDEVICE_OBJECT, ULONG, ACCESS_MASK, PHANDLE);
NTSTATUS NTAPI hook_ZwQueryValueKey(HANDLE, PUNICODE_STRING, KEY_VALUE_INFORMATION_CLASS, PVOID, ULONG, PULONG);
NTSTATUS NTAPI hook_ZwClose(HANDLE);

#endif
