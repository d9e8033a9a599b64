/* SPDX-License-Identifier: MIT */
/* Images: every driver that is loaded behind the simulator has its imports replaced by those of the table. */
#include "hooks.h"

#include <windef.h>

/* ---- what is passed on to Wine, after a look at the level -------------------------------------------------------- */

#define PASS(highest, type, function, parameters, arguments) \
  static type NTAPI hook_##function parameters               \
  {                                                          \
    sim_require(highest, #function);                         \
    return function arguments;                               \
  }

#define ANY_LEVEL ((KIRQL)15)

PASS(PASSIVE_LEVEL, NTSTATUS, IoCreateSymbolicLink, (PUNICODE_STRING link, PUNICODE_STRING name), (link, name))
PASS(PASSIVE_LEVEL, NTSTATUS, IoDeleteSymbolicLink, (PUNICODE_STRING link), (link))
PASS(ANY_LEVEL, VOID, KeInitializeEvent, (PRKEVENT event, EVENT_TYPE type, BOOLEAN state), (event, type, state))
PASS(DISPATCH_LEVEL, LONG, KeSetEvent, (PRKEVENT event, KPRIORITY increment, BOOLEAN wait), (event, increment, wait))
PASS(ANY_LEVEL, VOID, RtlInitUnicodeString, (PUNICODE_STRING string, PCWSTR text), (string, text))

static VOID NTAPI hook_PoStartNextPowerIrp(PIRP irp)
{
  (void)irp;
  sim_require(DISPATCH_LEVEL, "PoStartNextPowerIrp");
}

#define HOOK(function)         \
  {                            \
#function, hook_##function \
  }
#define AS_IT_IS(function) \
  {                        \
#function, NULL        \
  }

static const struct {
  const char *name;
  const void *function;
} hooks[] = {
    HOOK(ExAcquireFastMutexUnsafe),
    HOOK(ExReleaseFastMutexUnsafe),
    HOOK(IoAcquireCancelSpinLock),
    HOOK(IoAcquireRemoveLockEx),
    HOOK(IoAllocateIrp),
    HOOK(IoAttachDeviceToDeviceStack),
    HOOK(IoCancelIrp),
    HOOK(IoConnectInterruptEx),
    HOOK(IoCreateDevice),
    HOOK(IoCreateSymbolicLink),
    HOOK(IoDeleteDevice),
    HOOK(IoDeleteSymbolicLink),
    HOOK(IoDetachDevice),
    HOOK(IoDisconnectInterruptEx),
    HOOK(IoFreeIrp),
    HOOK(IoGetDeviceObjectPointer),
    HOOK(IoInitializeRemoveLockEx),
    HOOK(IoOpenDeviceRegistryKey),
    HOOK(IoReleaseCancelSpinLock),
    HOOK(IoReleaseRemoveLockAndWaitEx),
    HOOK(IoReleaseRemoveLockEx),
    HOOK(IofCallDriver),
    HOOK(IofCompleteRequest),
    HOOK(KeAcquireSpinLockAtDpcLevel),
    HOOK(KeAcquireSpinLockRaiseToDpc),
    HOOK(KeEnterCriticalRegion),
    HOOK(KeFlushQueuedDpcs),
    HOOK(KeInitializeDpc),
    HOOK(KeInitializeEvent),
    HOOK(KeInsertQueueDpc),
    HOOK(KeLeaveCriticalRegion),
    HOOK(KeReleaseSpinLock),
    HOOK(KeReleaseSpinLockFromDpcLevel),
    HOOK(KeRemoveQueueDpc),
    HOOK(KeSetEvent),
    HOOK(KeSynchronizeExecution),
    HOOK(KeWaitForSingleObject),
    HOOK(ObfDereferenceObject),
    {"PoCallDriver", hook_IofCallDriver},
    HOOK(PoStartNextPowerIrp),
    HOOK(RtlInitUnicodeString),
    HOOK(ZwClose),
    HOOK(ZwQueryValueKey),
    AS_IT_IS(memcpy),
    AS_IT_IS(memset),
};

/* ---- images ------------------------------------------------------------------------------------------------------ */

#define IMAGES 16u

static struct image {
  char name[32];
  uint64_t start, end, code, code_end;
} images[IMAGES];

typedef struct import_directory {
  uint32_t names, stamp, chain, module, slots;
} import_directory;

typedef struct export_directory {
  uint32_t flags, stamp, version, name, base, function_count, name_count, functions, names, ordinals;
} export_directory;

static const char *at(const struct image *image, uint32_t offset)
{
  return (const char *)image->start + offset;
}

static uint32_t word(const struct image *image, uint32_t offset)
{
  uint32_t value;
  memcpy(&value, at(image, offset), sizeof value);
  return value;
}

/* An entry of the data directory of a PE32+ image. */
static uint32_t directory(const struct image *image, uint32_t number)
{
  return word(image, word(image, 0x3c) + 24u + 112u + number * 8u);
}

/* The first section, which is the code. */
static void find_code(struct image *image)
{
  const uint32_t header = word(image, 0x3c), section = header + 24u + (word(image, header + 20u) & 0xffffu);
  image->code = image->start + word(image, section + 12u);
  image->code_end = image->code + word(image, section + 8u);
}

static void replace(const struct image *image, const char *name, void **import)
{
  for (uint32_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
    if (strcmp(hooks[i].name, name) != 0) continue;
    ULONG before;
    if (hooks[i].function == NULL) return;
    (void)VirtualProtect(import, sizeof *import, PAGE_READWRITE, &before);
    memcpy(import, &hooks[i].function, sizeof *import);
    (void)VirtualProtect(import, sizeof *import, before, &before);
    return;
  }
  sim_violation("%s imports %s, which the simulator does not know", image->name, name);
}

static void replace_imports(const struct image *image)
{
  uint32_t offset = directory(image, 1);
  for (import_directory entry;; offset += (uint32_t)sizeof entry) {
    memcpy(&entry, at(image, offset), sizeof entry);
    if (entry.module == 0) return;
    for (uint32_t i = 0;; i++) {
      uint64_t name;
      memcpy(&name, at(image, entry.names + i * 8u), sizeof name);
      if (name == 0) break;
      replace(image, at(image, (uint32_t)name + 2u), (void **)at(image, entry.slots + i * 8u));
    }
  }
}

static const char *base_name(const UNICODE_STRING *path, char *name, size_t size)
{
  size_t length = 0;
  for (uint32_t i = 0; i < path->Length / sizeof(WCHAR); i++) {
    if (path->Buffer[i] == L'\\')
      length = 0;
    else if (length + 1u < size)
      name[length++] = (char)path->Buffer[i];
  }
  name[length] = 0;
  return name;
}

static struct image *image_named(const char *name)
{
  for (uint32_t i = 0; i < IMAGES; i++)
    if (strcmp(images[i].name, name) == 0) return &images[i];
  return NULL;
}

static void NTAPI loaded(PUNICODE_STRING path, HANDLE process, PIMAGE_INFO info)
{
  char name[32];
  ULONG before;
  (void)process;
  if (strcmp(base_name(path, name, sizeof name), "ntsim.sys") == 0) return;
  struct image *const image = image_named(name) != NULL ? image_named(name) : image_named("");
  if (image == NULL) sim_fatal("more images than there are");
  memcpy(image->name, name, sizeof name);
  image->start = (uint64_t)(uintptr_t)info->ImageBase;
  image->end = image->start + info->ImageSize;
  find_code(image);
  replace_imports(image);
  (void)VirtualProtect((void *)(uintptr_t)image->code, image->code_end - image->code, PAGE_EXECUTE_READWRITE, &before);
}

void sim_watch_images(void)
{
  if (PsSetLoadImageNotifyRoutine(loaded) != STATUS_SUCCESS) sim_fatal("nobody tells of images");
}

bool sim_is_drivers(uint64_t address)
{
  for (uint32_t i = 0; i < IMAGES; i++)
    if (address >= images[i].code && address < images[i].code_end) return true;
  return false;
}

bool sim_describe_address(uint64_t address, char *text, uint32_t size)
{
  for (uint32_t i = 0; i < IMAGES; i++)
    if (address >= images[i].start && address < images[i].end) {
      (void)_snprintf(text, size, "%s+%#x", images[i].name, (unsigned)(address - images[i].start));
      return true;
    }
  (void)_snprintf(text, size, "%#I64x", address);
  return false;
}

void *sim_find_export(const char *image_name, const char *name)
{
  const struct image *const image = image_named(image_name);
  export_directory exports;
  if (image == NULL || directory(image, 0) == 0) return NULL;
  memcpy(&exports, at(image, directory(image, 0)), sizeof exports);
  for (uint32_t i = 0; i < exports.name_count; i++)
    if (strcmp(at(image, word(image, exports.names + i * 4u)), name) == 0) {
      const uint32_t ordinal = word(image, exports.ordinals + i * 2u) & 0xffffu;
      return (void *)at(image, word(image, exports.functions + ordinal * 4u));
    }
  return NULL;
}
