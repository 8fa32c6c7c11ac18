// Ends the processes of a local run when the run itself is gone, even if it was killed with SIGKILL: its end of the pipe closes
// then, whatever happened. Lines say which process groups to end: `+123` one more, `-123` one less.
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const groups = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(group);
  else groups.delete(group);
}

signalAll('SIGTERM');
for (let waited = 0; waited < 5_000 && groups.size > 0; waited += 100) {
  await pause(100);
  signalAll(0);
}
signalAll('SIGKILL');

/** Signal 0 only asks; a group that nobody is in any more is forgotten. */
function signalAll(signal) {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      groups.delete(group);
    }
  }
}
