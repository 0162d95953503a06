/** Processes of this machine, by their ids in names and locks of files. */

/** Whether a process with this id runs here, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is there, although no signal may be sent to it.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
