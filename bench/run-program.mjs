// Programs that a bench runs, and what they take of the machine.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Seconds that a running process, with the children it has waited for, has had of the processors; 0 where the system has no /proc. */
export function cpuSecondsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    // utime, stime, cutime and cstime, in hundredths on every usual Linux.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return 0;
  }
}

/** The same of all processes that a program has started and not waited for yet, and its own. */
function cpuSecondsOfGroup(leader) {
  try {
    const members = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === leader);
    return members.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  } catch {
    return 0;
  }
}

function groupOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[2]);
  } catch {
    return undefined; // it has ended
  }
}

/**
 * Runs a program to its end, or to the limit; its peak memory and its seconds of the processors are what /proc says last.
 * @param {{ limit?: number, directory?: string }} options seconds; where it works and leaves its temporary files
 */
export function runProgram(command, args, { limit, directory } = {}) {
  return new Promise((resolve) => {
    const begin = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: 'ignore', ...(directory === undefined ? {} : { cwd: directory, env: { ...process.env, TMPDIR: directory } }), detached: limit !== undefined });
    let ended = false;
    const timer = limit === undefined ? undefined : setTimeout(() => {
      ended = true;
      cpuSeconds = Math.max(cpuSeconds, cpuSecondsOfGroup(child.pid));
      process.kill(-child.pid, 'SIGKILL');
    }, limit * 1000);
    let peakKib = 0;
    let cpuSeconds = 0;
    const watch = setInterval(() => {
      cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid));
      try {
        peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
      } catch {
        // The process has ended, or the system has no /proc.
      }
    }, 20);
    const end = (code) => {
      clearInterval(watch);
      clearTimeout(timer);
      resolve({ code: ended ? 'limit' : code, seconds: code === 'not found' ? 0 : Number(process.hrtime.bigint() - begin) / 1e9, cpuSeconds, peakKib });
    };
    child.once('error', () => end('not found'));
    child.once('close', end);
  });
}
