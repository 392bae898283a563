/** Text as a server's kernel writes it over months, for benches and for choosing what the log reader's sieve looks for. */

/**
 * Lines of drivers, file systems, firewalls and services, a crash with its call trace and a full aperture now and then.
 * @param {number} seed the same text for the same seed
 * @returns {() => string} the next twenty thousand lines or so
 */
export function longLog(seed) {
  const { below, pick, hex } = random(seed);
  let seconds = 100;
  const stamped = (text) => `[${(seconds += 0.01 + below(100) / 1000).toFixed(6).padStart(12)}] ${text}\n`;
  const ip = () => `10.${below(256)}.${below(256)}.${below(256)}`;
  const pci = () => `0000:${hex(2)}:${hex(2)}.${below(8)}`;
  /** A machine has few devices that bounce. */
  const full = Array.from({ length: 4 }, pci);
  const lines = [
    () => `usb ${1 + below(4)}-${1 + below(9)}: new high-speed USB device number ${below(90)} using xhci_hcd`,
    () => `usb ${1 + below(4)}-${1 + below(9)}: New USB device found, idVendor=${hex(4)}, idProduct=${hex(4)}, bcdDevice= ${below(9)}.${below(99)}`,
    () => `usb ${1 + below(4)}-${1 + below(9)}: USB disconnect, device number ${below(90)}`,
    () => `audit: type=1400 audit(1700${below(1e6)}.${below(999)}:${below(99999)}): apparmor="ALLOWED" operation="open" profile="p${below(30)}" name="/proc/${below(9999)}/status" pid=${below(9999)} comm="task" requested_mask="r" denied_mask="r" fsuid=0 ouid=0`,
    () => `audit: type=1326 audit(1700${below(1e6)}.${below(999)}:${below(99999)}): auid=1000 uid=1000 gid=1000 ses=${below(99)} pid=${below(99999)} comm="worker" exe="/usr/lib/app/worker" sig=0 arch=c000003e syscall=${below(330)} compat=0 ip=0x7f${hex(10)} code=0x50000`,
    () => `EXT4-fs (sda${below(5)}): mounted filesystem with ordered data mode. Quota mode: none.`,
    () => `EXT4-fs (dm-${below(20)}): re-mounted. Opts: errors=remount-ro`,
    () => `XFS (dm-${below(20)}): Mounting V5 Filesystem`,
    () => `XFS (dm-${below(20)}): Ending clean mount`,
    () => `e1000e ${pci()} eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx`,
    () => `igb ${pci()} eno${below(4)}: igb: eno${below(4)} NIC Link is Down`,
    () => `mlx5_core ${pci()} ens${below(9)}f0: Link up`,
    () => `IPv6: ADDRCONF(NETDEV_CHANGE): veth${hex(7)}: link becomes ready`,
    () => `docker0: port ${below(40)}(veth${hex(7)}) entered blocking state`,
    () => `docker0: port ${below(40)}(veth${hex(7)}) entered disabled state`,
    () => `device veth${hex(7)} entered promiscuous mode`,
    () => `br0: port ${below(40)}(vif${below(40)}.0) entered forwarding state`,
    () => `eth0: renamed from veth${hex(7)}`,
    () => `[UFW BLOCK] IN=eth0 OUT= MAC=${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:08:00 SRC=${ip()} DST=${ip()} LEN=${40 + below(1400)} TOS=0x00 PREC=0x00 TTL=${below(255)} ID=${below(65536)} DF PROTO=TCP SPT=${below(65536)} DPT=${below(65536)} WINDOW=${below(65536)} RES=0x00 SYN URGP=0`,
    () => `TCP: request_sock_TCP: Possible SYN flooding on port ${below(65536)}. Sending cookies.  Check SNMP counters.`,
    () => `nfs: server storage${below(9)} not responding, still trying`,
    () => `nfs: server storage${below(9)} OK`,
    () => `CIFS: VFS: \\\\files${below(9)} has not responded in 180 seconds. Reconnecting...`,
    () => `perf: interrupt took too long (${2500 + below(9000)} > 2500), lowering kernel.perf_event_max_sample_rate to ${1000 * below(60)}`,
    () => `clocksource: timekeeping watchdog on CPU${below(64)}: hpet wd-wd read-back delay of ${below(999999)}ns`,
    () => `mce: CPU${below(64)}: Core temperature above threshold, cpu clock throttled (total events = ${below(99999)})`,
    () => `ata${1 + below(6)}.00: exception Emask 0x0 SAct 0x${hex(8)} SErr 0x0 action 0x6 frozen`,
    () => `ata${1 + below(6)}: SATA link up 6.0 Gbps (SStatus 133 SControl 300)`,
    () => `sd ${below(9)}:0:${below(9)}:0: [sd${pick(['a', 'b', 'c', 'd'])}] tag#${below(99)} FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK cmd_age=${below(9)}s`,
    () => `blk_update_request: I/O error, dev sd${pick(['a', 'b', 'c'])}, sector ${below(2 ** 31)} op 0x0:(READ) flags 0x80700 phys_seg ${below(128)} prio class 0`,
    () => `md: data-check of RAID array md${below(9)}`,
    () => `systemd[1]: Started Session ${below(99999)} of User root.`,
    () => `systemd-journald[${200 + below(999)}]: Received client request to flush runtime journal.`,
    () => `worker[${below(99999)}]: segfault at ${hex(4)} ip 00007f${hex(10)} sp 00007ff${hex(9)} error 4 in libc-2.31.so[7f${hex(10)}+14b000]`,
    () => `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c${hex(12)},mems_allowed=0-1,task=java,pid=${below(99999)},uid=1000`,
    () => `Memory cgroup out of memory: Killed process ${below(99999)} (java) total-vm:${below(9e6)}kB, anon-rss:${below(9e6)}kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:${below(9999)}kB oom_score_adj:${below(1000)}`,
    () => `wlan0: authenticate with ${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)} (local address=${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)})`,
    () => `Bluetooth: hci0: command 0x${hex(4)} tx timeout`,
    () => `pcieport ${pci()}: AER: Corrected error received: ${pci()}`,
    () => `nvme nvme${below(4)}: I/O ${below(999)} QID ${below(64)} timeout, completion polled`,
    () => `kvm [${below(99999)}]: vcpu${below(16)}, guest rIP: 0xffffffff${hex(8)} ignored rdmsr: 0x${hex(3)}`,
    () => `drbd r${below(9)}/0 drbd${below(9)}: Resync done (total ${below(9999)} sec; paused 0 sec; ${below(99999)} K/sec)`,
  ];
  const trace = () => [
    `INFO: task kworker/${below(64)}:${below(9)}:${below(99999)} blocked for more than 120 seconds.`,
    `      Not tainted 5.10.0-30-amd64 #1 Debian 5.10.218-1`,
    '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
    `task:kworker/${below(64)}:${below(9)} state:D stack:    0 pid:${below(99999)} ppid:     2 flags:0x00004000`,
    'Call Trace:',
    ...Array.from({ length: 8 + below(20) }, () => ` ${pick(['__schedule', 'schedule', 'io_schedule', 'wait_on_page_bit', 'xfs_buf_lock', 'process_one_work', 'worker_thread', 'kthread', 'ret_from_fork'])}+0x${hex(2)}/0x${hex(3)}`),
  ];
  return () => {
    const part = [];
    for (let count = 0; count < 20_000; count++) {
      const dice = below(5000);
      if (dice === 0) part.push(stamped(`nvme ${pick(full)}: swiotlb buffer is full (sz: ${4096 * (1 + below(60))} bytes), total 32768 (slots), used ${32000 + below(768)} (slots)`));
      else if (dice < 10) part.push(...trace().map(stamped));
      else part.push(stamped(pick(lines)()));
    }
    return part.join('');
  };
}

/** mulberry32: small, and the same everywhere. */
function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return { below, hex, pick: (list) => list[below(list.length)] };
}
