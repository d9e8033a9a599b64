/* SPDX-License-Identifier: MIT */
/*
 * The test program: loads the drivers as services, runs the cases of the simulator, and prints by parprint.sys as any
 * program would. One line for each case: "ok NAME", "skip NAME: why" or "not ok NAME", and what was reported.
 *
 * usage: user.exe PART...      port, conformance, printer
 */
#include <windows.h>
#include <winsvc.h>

#include <stdio.h>
#include <string.h>

#include "ntsim_user.h"

static SC_HANDLE manager;
static HANDLE simulator;

static void report(const char *name, int failed, const char *text)
{
  if (failed == 2)
    printf("skip %s: %s\n", name, text);
  else
    printf("%s %s\n%s", failed ? "not ok" : "ok", name, failed ? text : "");
  fflush(stdout);
}

static void check(const char *name, int good)
{
  char text[80];
  snprintf(text, sizeof text, "  error %lu\n", GetLastError());
  report(name, !good, text);
}

/* All in one group: they share a process. */
static SC_HANDLE load(const char *name)
{
  char path[64];
  snprintf(path, sizeof path, "C:\\%s.sys", name);
  SC_HANDLE service = OpenServiceA(manager, name, SERVICE_ALL_ACCESS);
  if (service == NULL)
    service = CreateServiceA(manager, name, name, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER, SERVICE_DEMAND_START,
                             SERVICE_ERROR_NORMAL, path, "ntsim", NULL, NULL, NULL, NULL);
  if (service != NULL && StartServiceA(service, 0, NULL)) return service;
  check(name, 0);
  return NULL;
}

static void unload(const char *name, SC_HANDLE service)
{
  SERVICE_STATUS status;
  char text[80];
  snprintf(text, sizeof text, "%s_unloads", name);
  check(text, ControlService(service, SERVICE_CONTROL_STOP, &status));
}

static HANDLE open_device(const char *path)
{
  return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
}

static DWORD ask(DWORD code, const void *in, DWORD size, void *out, DWORD room)
{
  OVERLAPPED overlapped;
  DWORD length = 0;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
  BOOL good = DeviceIoControl(simulator, code, (void *)in, size, out, room, NULL, &overlapped);
  if (good || GetLastError() == ERROR_IO_PENDING) good = GetOverlappedResult(simulator, &overlapped, &length, TRUE);
  CloseHandle(overlapped.hEvent);
  if (!good) {
    printf("not ok ntsim_answers\n  error %lu\n", GetLastError());
    fflush(stdout);
    ExitProcess(1);
  }
  return length;
}

static void run(unsigned int group)
{
  ntsim_answer answer;
  for (ntsim_question question = {group, 0};; question.index++) {
    ask(NTSIM_RUN, &question, sizeof question, &answer, sizeof answer);
    if (!answer.known) return;
    report(answer.name, (int)answer.failed, answer.text);
  }
}

static void ask_and_report(DWORD code, const char *name)
{
  ntsim_answer answer;
  ask(code, NULL, 0, &answer, sizeof answer);
  report(name, (int)answer.failed, answer.text);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

#define COPIES 3

static const char letter[] = "A program of user mode prints this, and knows of nothing but a file.\r\n";
static HANDLE printer;

typedef struct writing {
  OVERLAPPED overlapped;
  BOOL pends, good;
  DWORD written, error;
} writing;

static void start_writing(writing *self)
{
  memset(self, 0, sizeof *self);
  self->overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
  self->good = WriteFile(printer, letter, sizeof letter - 1, NULL, &self->overlapped);
  self->pends = !self->good && GetLastError() == ERROR_IO_PENDING;
}

static void end_writing(writing *self)
{
  self->good = GetOverlappedResult(printer, &self->overlapped, &self->written, TRUE);
  self->error = GetLastError();
  CloseHandle(self->overlapped.hEvent);
}

/* The printer takes so many bytes, or what there is. */
static DWORD print(DWORD count)
{
  DWORD question[2] = {count, 0};
  ask(NTSIM_PRINT, question, sizeof question, question, sizeof question);
  return question[0];
}

static int paper_is(DWORD copies)
{
  static char paper[4096];
  const DWORD size = ask(NTSIM_PAPER, NULL, 0, paper, sizeof paper), length = sizeof letter - 1;
  for (DWORD i = 0; i < copies; i++)
    if (size != copies * length || memcmp(paper + i * length, letter, length) != 0) return 0;
  return copies != 0 || size == 0;
}

static void program_prints(void)
{
  writing one;
  start_writing(&one);
  const DWORD taken = print(10000);
  end_writing(&one);
  check("program_prints",
        one.pends && one.good && one.written == sizeof letter - 1 && taken == sizeof letter - 1 && paper_is(1));
}

static void program_prints_several(void)
{
  writing several[COPIES];
  int good = 1;
  for (int i = 0; i < COPIES; i++) start_writing(&several[i]);
  print(10000);
  for (int i = 0; i < COPIES; i++) {
    end_writing(&several[i]);
    good = good && several[i].good && several[i].written == sizeof letter - 1;
  }
  check("program_prints_several", good && paper_is(COPIES));
}

static void program_cancels(void)
{
  writing one, next;
  start_writing(&one);
  print(5);
  CancelIo(printer);
  end_writing(&one);
  print(1);
  ask(NTSIM_PAPER, NULL, 0, NULL, 0);
  start_writing(&next);
  print(10000);
  end_writing(&next);
  check("program_cancels", !one.good && one.error == ERROR_OPERATION_ABORTED && next.good && paper_is(1));
}

static void program_asks_for_what_is_not_there(void)
{
  DWORD length = 0;
  OVERLAPPED overlapped;
  memset(&overlapped, 0, sizeof overlapped);
  overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
  BOOL good = DeviceIoControl(printer, NTSIM_RUN, NULL, 0, NULL, 0, NULL, &overlapped);
  if (!good && GetLastError() == ERROR_IO_PENDING) good = GetOverlappedResult(printer, &overlapped, &length, TRUE);
  check("program_asks_for_what_is_not_there", !good);
  CloseHandle(overlapped.hEvent);
}

/* A write is in the middle: it can be cancelled, and the driver unloaded. */
static void port_is_pulled_out(void)
{
  writing one;
  printer = open_device("\\\\.\\ParPrint0");
  start_writing(&one);
  print(3);
  ask_and_report(NTSIM_SURPRISE, "port_is_pulled_out");
  CancelIo(printer);
  end_writing(&one);
  check("program_cancels_when_the_port_is_gone", !one.good && one.error == ERROR_OPERATION_ABORTED);
  CloseHandle(printer);
}

static void run_printer(void)
{
  SC_HANDLE parisr = load("parisr");
  if (parisr == NULL) return;
  ask_and_report(NTSIM_START_PORT, "port_starts");
  SC_HANDLE parprint = load("parprint");
  if (parprint == NULL) return;
  run(NTSIM_PRINTER);
  printer = open_device("\\\\.\\ParPrint0");
  check("program_opens_the_printer", printer != INVALID_HANDLE_VALUE);
  ask(NTSIM_PAPER, NULL, 0, NULL, 0);
  program_prints();
  program_prints_several();
  program_cancels();
  program_asks_for_what_is_not_there();
  CloseHandle(printer);
  ask_and_report(NTSIM_LATER, "program_broke_no_rule");
  unload("parprint", parprint);
  ask_and_report(NTSIM_LATER, "parprint_leaves_nothing");
  ask_and_report(NTSIM_REMOVE_PORT, "port_is_removed");
  check("parprint_needs_the_port", !StartServiceA(parprint, 0, NULL));
  ask_and_report(NTSIM_START_PORT, "port_starts_again");
  check("parprint_starts_again", StartServiceA(parprint, 0, NULL));
  port_is_pulled_out();
  unload("parprint_again", parprint);
  ask_and_report(NTSIM_REMOVE_PORT, "port_is_removed_again");
  unload("parisr", parisr);
}

static void tell_counts(void)
{
  ntsim_numbers numbers;
  ask(NTSIM_COUNTS, NULL, 0, &numbers, sizeof numbers);
  printf("count %u interrupts, %u DPCs, %u requests, %u boundaries with an event, %u port accesses\n",
         numbers.interrupts, numbers.dpcs, numbers.irps, numbers.boundaries, numbers.accesses);
}

static void run_port(void)
{
  SC_HANDLE parisr = load("parisr");
  if (parisr == NULL) return;
  run(NTSIM_PORT);
  unload("parisr", parisr);
}

static void run_conformance(void)
{
  SC_HANDLE conformance = load("conformance");
  if (conformance == NULL) return;
  run(NTSIM_CONFORMANCE);
  unload("conformance", conformance);
}

int main(int argc, char **argv)
{
  manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
  if (load("ntsim") == NULL) return 1;
  simulator = open_device("\\\\.\\ntsim");
  if (simulator == INVALID_HANDLE_VALUE) {
    check("ntsim_opens", 0);
    return 1;
  }
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "port") == 0) run_port();
    if (strcmp(argv[i], "conformance") == 0) run_conformance();
    if (strcmp(argv[i], "printer") == 0) run_printer();
  }
  tell_counts();
  printf("all parts ended\n");
  return 0;
}
