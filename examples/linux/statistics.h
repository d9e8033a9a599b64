/* SPDX-License-Identifier: MIT */
/*
 * What a port tells about itself, as text for debugfs: a line for each counter, then one for each connection.
 */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <linux/seq_file.h>

#include "parallel_isr.h"

static BOOLEAN NTAPI statistics_of_connection(PVOID context, const parallel_isr_connection_information *connection)
{
  seq_printf(context, "connection %ps called %u claimed %u\n", connection->service.InterruptServiceRoutine,
             connection->called, connection->claimed);
  return TRUE;
}

/* The show routine of DEFINE_SHOW_ATTRIBUTE(statistics): its file's data is the port. */
static int statistics_show(struct seq_file *file, void *unused)
{
  parallel_isr_port *port = file->private;
  parallel_isr_statistics now;
  NTSTATUS status = parallel_isr_query_statistics(port, &now);

  if (status != STATUS_SUCCESS) return parallel_isr_linux_errno(status);
  seq_printf(file, "connections %u\nqueued %u\npasses %u\nunclaimed %u\nlongest_run %u\nexhausted %u\n",
             now.connections, now.queued, now.passes, now.unclaimed, now.longest_run, now.exhausted);
  seq_printf(file, "checks %u\nhandovers %u\nmerged %u\nfailed %u\nrefused %u\n", now.checks, now.handovers, now.merged,
             now.failed, now.refused);
  return parallel_isr_linux_errno(parallel_isr_iterate(port, statistics_of_connection, file));
}
DEFINE_SHOW_ATTRIBUTE(statistics);

#endif
