;; Finds the lines of a text that may concern the log reader, sixteen bytes at a time.
;;
;; First stage: fragments of four bytes, one of which stands in every key. They lie in eight groups; for each of a
;; fragment's four places two tables say by a byte's low and by its high half which groups know such a byte there
;; (the "Teddy" search of Hyperscan and of ripgrep). Second stage, for the few places that are left: the fragment
;; itself by a hash, then the whole key. `sieve-tables.ts` lays out the memory.
(module
  (memory (export "memory") 1)

  ;; Addresses, set once by the host.
  (global $heads (export "heads") (mut i32) (i32.const 0))     ;; u16[4096]: an entry, or 0, by a fragment's hash
  (global $entries (export "entries") (mut i32) (i32.const 0)) ;; entries of 16 bytes, see $isKey
  (global $hits (export "hits") (mut i32) (i32.const 0))       ;; what the first stage finds: u32 address of sixteen bytes, u32 their lanes
  (global $runs (export "runs") (mut i32) (i32.const 0))       ;; where the result goes: u32 start, u32 end of each run
  ;; Whether lines with characters that only steer a terminal are wanted as well.
  (global $controls (export "controls") (mut i32) (i32.const 0))
  ;; Lines that the last run still wants of what follows the text.
  (global $wanted (export "wanted") (mut i32) (i32.const 0))

  ;; Line feeds in [at, to). The loop stands by itself: what it called would not be made part of it.
  (func $count (export "count") (param $at i32) (param $to i32) (result i32)
    (local $n i32) (local $feed v128)
    (local.set $feed (i8x16.splat (i32.const 10)))
    (block $whole
      (loop $next
        (br_if $whole (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $to)))
        (local.set $n (i32.add (local.get $n) (i32.popcnt (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $feed))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.add (local.get $n)
      (i32.popcnt (i32.and (call $feeds (local.get $at)) (call $below (i32.sub (local.get $to) (local.get $at)))))))

  ;; One bit for each of the sixteen bytes at `at` that is a line feed.
  (func $feeds (param $at i32) (result i32)
    (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 10)))))

  ;; The lowest `n` bits, 0 <= n < 32.
  (func $below (param $n i32) (result i32)
    (i32.sub (i32.shl (i32.const 1) (local.get $n)) (i32.const 1)))

  ;; Where the line begins that `at` lies in; `from` where no line feed stands before it.
  (func $lineStart (param $from i32) (param $at i32) (result i32)
    (block $found
      (loop $back
        (br_if $found (i32.le_u (local.get $at) (local.get $from)))
        (br_if $found (i32.eq (i32.load8_u (i32.sub (local.get $at) (i32.const 1))) (i32.const 10)))
        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
        (br $back)))
    (local.get $at))

  ;; Behind the next line feed at or after `at`, or `to`.
  (func $lineEnd (param $at i32) (param $to i32) (result i32)
    (local $mask i32)
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $to)) (then (return (local.get $to))))
      (if (i32.eqz (local.tee $mask (call $feeds (local.get $at))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $next))))
    (local.set $at (i32.add (local.get $at) (i32.add (i32.ctz (local.get $mask)) (i32.const 1))))
    (select (local.get $at) (local.get $to) (i32.lt_u (local.get $at) (local.get $to))))

  ;; Whether a line begins with the kernel's own stamp, `[` blanks digits `.` six digits `] `, so that no line before it goes on here.
  (func $isStamped (param $at i32) (param $to i32) (result i32)
    (local $digits i32)
    (if (i32.gt_u (i32.add (local.get $at) (i32.const 32)) (local.get $to)) (then (return (i32.const 0))))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x5b)) (then (return (i32.const 0))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    ;; At most eight blanks and eight digits: what $to allows for above.
    (local.set $digits (i32.const 8))
    (block $behind
      (loop $blank
        (br_if $behind (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x20)))
        (br_if $behind (i32.eqz (local.get $digits)))
        (local.set $digits (i32.sub (local.get $digits) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $blank)))
    (local.set $digits (call $digits (local.get $at) (i32.const 8)))
    (if (i32.eqz (local.get $digits)) (then (return (i32.const 0))))
    (local.set $at (i32.add (local.get $at) (local.get $digits)))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x2e)) (then (return (i32.const 0))))
    (if (i32.ne (call $digits (i32.add (local.get $at) (i32.const 1)) (i32.const 6)) (i32.const 6)) (then (return (i32.const 0))))
    (i32.eq (i32.load16_u (i32.add (local.get $at) (i32.const 7))) (i32.const 0x205d)))

  ;; How many digits stand at `at`, `most` at most.
  (func $digits (param $at i32) (param $most i32) (result i32)
    (local $n i32)
    (block $end
      (loop $next
        (br_if $end (i32.ge_u (local.get $n) (local.get $most)))
        (br_if $end (i32.gt_u (i32.sub (i32.load8_u (i32.add (local.get $at) (local.get $n))) (i32.const 0x30)) (i32.const 9)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $n))

  ;; Where a run ends that wants `lines` more from `at` on, which begins a line, or `to`; what is then still wanted goes to $wanted.
  ;; A stamped line is the last that is wanted. A run that reaches `end` already becomes no shorter.
  (func $runEnd (param $at i32) (param $to i32) (param $lines i32) (param $end i32) (result i32)
    (local $stamped i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $lines)))
        (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
        (local.set $stamped (call $isStamped (local.get $at) (local.get $to)))
        (local.set $at (call $lineEnd (local.get $at) (local.get $to)))
        (local.set $lines (select (i32.const 0) (i32.sub (local.get $lines) (i32.const 1)) (local.get $stamped)))
        (br $next)))
    (if (i32.lt_u (local.get $at) (local.get $end)) (then (return (local.get $end))))
    (if (i32.or (i32.gt_u (local.get $at) (local.get $end)) (i32.gt_u (local.get $lines) (global.get $wanted)))
      (then (global.set $wanted (local.get $lines))))
    (local.get $at))

  ;; Whether the byte at `at` is a character that only steers a terminal: what cleanLine takes out or makes a blank.
  (func $isControl (param $at i32) (result i32)
    (local $byte i32) (local $pair i32)
    (local.set $pair (i32.load16_u (local.get $at)))
    (local.set $byte (i32.and (local.get $pair) (i32.const 0xff)))
    (if (i32.eq (local.get $byte) (i32.const 0x1b)) (then (return (i32.const 1))))
    (if (i32.eqz (local.get $byte)) (then (return (i32.const 1))))
    ;; A carriage return before a line feed ends the line and stands in no key.
    (if (i32.eq (local.get $byte) (i32.const 0x0d)) (then (return (i32.ne (local.get $pair) (i32.const 0x0a0d)))))
    ;; The beginnings of U+00A0 and of U+FEFF.
    (i32.or (i32.eq (local.get $pair) (i32.const 0xa0c2)) (i32.eq (local.get $pair) (i32.const 0xbbef))))

  ;; Whether a key of which a fragment stands at `at` stands there whole, within [from, to).
  (func $isKey (param $from i32) (param $at i32) (param $to i32) (result i32)
    (local $fragment i32) (local $entry i32) (local $begin i32)
    (local.set $fragment (i32.load (local.get $at)))
    (local.set $entry (i32.load16_u (i32.add (global.get $heads)
      (i32.shl (i32.shr_u (i32.mul (local.get $fragment) (i32.const 0x9e3779b1)) (i32.const 20)) (i32.const 1)))))
    (loop $next
      (if (i32.eqz (local.get $entry)) (then (return (i32.const 0))))
      ;; u32 fragment | u32 address of the key | u16 its length | u8 place of the fragment in it | u8 in any case | u16 next entry
      (local.set $entry (i32.add (global.get $entries) (i32.shl (local.get $entry) (i32.const 4))))
      (if (i32.eq (i32.load (local.get $entry)) (local.get $fragment))
        (then
          (local.set $begin (i32.sub (local.get $at) (i32.load8_u offset=10 (local.get $entry))))
          (if (i32.and (i32.ge_s (local.get $begin) (local.get $from))
                       (i32.le_u (i32.add (local.get $begin) (i32.load16_u offset=8 (local.get $entry))) (local.get $to)))
            (then
              (if (call $same (local.get $begin) (i32.load offset=4 (local.get $entry)) (i32.load16_u offset=8 (local.get $entry)) (i32.load8_u offset=11 (local.get $entry)))
                (then (return (i32.const 1))))))))
      (local.set $entry (i32.load16_u offset=12 (local.get $entry)))
      (br $next))
    (unreachable))

  ;; Whether `length` bytes are the key's; where `anyCase`, capital letters of the text count as small.
  (func $same (param $text i32) (param $key i32) (param $length i32) (param $anyCase i32) (result i32)
    (local $byte i32) (local $end i32)
    (local.set $end (i32.add (local.get $text) (local.get $length)))
    (loop $next
      (if (i32.ge_u (local.get $text) (local.get $end)) (then (return (i32.const 1))))
      (local.set $byte (i32.load8_u (local.get $text)))
      (if (i32.and (local.get $anyCase) (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x41)) (i32.const 26)))
        (then (local.set $byte (i32.or (local.get $byte) (i32.const 0x20)))))
      (if (i32.ne (local.get $byte) (i32.load8_u (local.get $key))) (then (return (i32.const 0))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (local.set $key (i32.add (local.get $key) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; The first stage over [from, to): every sixteen bytes with a fourth byte of what may be a fragment. Returns the end of the list.
  ;; A find is written whether it is one or not and counted if it is: a branch here would be guessed wrong most of the time.
  (func $search (param $from i32) (param $to i32) (result i32)
    (local $at i32) (local $hit i32) (local $lanes i32) (local $x v128) (local $low v128) (local $high v128) (local $half v128) (local $none v128)
    (local $low0 v128) (local $high0 v128) (local $low1 v128) (local $high1 v128) (local $low2 v128) (local $high2 v128) (local $low3 v128) (local $high3 v128)
    (local $first v128) (local $second v128) (local $third v128) (local $firstBefore v128) (local $secondBefore v128) (local $thirdBefore v128)
    (local.set $half (i8x16.splat (i32.const 15)))
    (local.set $low0 (v128.load (i32.const 0)))
    (local.set $high0 (v128.load (i32.const 16)))
    (local.set $low1 (v128.load (i32.const 32)))
    (local.set $high1 (v128.load (i32.const 48)))
    (local.set $low2 (v128.load (i32.const 64)))
    (local.set $high2 (v128.load (i32.const 80)))
    (local.set $low3 (v128.load (i32.const 96)))
    (local.set $high3 (v128.load (i32.const 112)))
    (local.set $hit (global.get $hits))
    (local.set $at (local.get $from))
    (loop $next
      (local.set $x (v128.load (local.get $at)))
      (local.set $low (v128.and (local.get $x) (local.get $half)))
      (local.set $high (v128.and (i16x8.shr_u (local.get $x) (i32.const 4)) (local.get $half)))
      (local.set $first (v128.and (i8x16.swizzle (local.get $low0) (local.get $low)) (i8x16.swizzle (local.get $high0) (local.get $high))))
      (local.set $second (v128.and (i8x16.swizzle (local.get $low1) (local.get $low)) (i8x16.swizzle (local.get $high1) (local.get $high))))
      (local.set $third (v128.and (i8x16.swizzle (local.get $low2) (local.get $low)) (i8x16.swizzle (local.get $high2) (local.get $high))))
      ;; A lane is that of a fragment's fourth byte: what the bytes before allow is moved up to it.
      (local.set $x
        (v128.and
          (v128.and
            (v128.and (i8x16.swizzle (local.get $low3) (local.get $low)) (i8x16.swizzle (local.get $high3) (local.get $high)))
            (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $thirdBefore) (local.get $third)))
          (v128.and
            (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $secondBefore) (local.get $second))
            (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 (local.get $firstBefore) (local.get $first)))))
      (local.set $firstBefore (local.get $first))
      (local.set $secondBefore (local.get $second))
      (local.set $thirdBefore (local.get $third))
      (local.set $lanes (i32.xor (i8x16.bitmask (i8x16.eq (local.get $x) (local.get $none))) (i32.const 0xffff)))
      (i32.store (local.get $hit) (local.get $at))
      (i32.store offset=4 (local.get $hit) (local.get $lanes))
      (local.set $hit (i32.add (local.get $hit) (i32.shl (i32.ne (local.get $lanes) (i32.const 0)) (i32.const 3))))
      ;; What begins with the last bytes shows three lanes behind them.
      (br_if $next (i32.lt_u (i32.sub (local.tee $at (i32.add (local.get $at) (i32.const 16))) (i32.const 3)) (local.get $to))))
    (local.get $hit))

  ;; Reads whole lines in [from, to); up to 32 bytes behind are looked at and do not count. Writes the runs of lines that are
  ;; wanted: the first `keep` lines, each line that holds a key, and up to `behind` lines behind it. Returns the end of the runs' list.
  (func (export "sift") (param $from i32) (param $to i32) (param $keep i32) (param $behind i32) (result i32)
    (local $find i32) (local $finds i32) (local $lanes i32) (local $hit i32) (local $quiet i32) (local $start i32) (local $run i32) (local $end i32)
    (global.set $wanted (i32.const 0))
    (local.set $end (call $runEnd (local.get $from) (local.get $to) (local.get $keep) (local.get $from)))
    ;; The run that is open ends at $end; none is open while $run lies before the list.
    (local.set $run (i32.sub (global.get $runs) (i32.const 8)))
    (if (i32.gt_u (local.get $end) (local.get $from))
      (then
        (local.set $run (global.get $runs))
        (i32.store (local.get $run) (local.get $from))
        (i32.store offset=4 (local.get $run) (local.get $end))))
    (local.set $finds (call $search (local.get $from) (local.get $to)))
    (local.set $find (global.get $hits))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $find) (local.get $finds)))
        (local.set $lanes (i32.load offset=4 (local.get $find)))
        (loop $lane
          (local.set $hit (i32.add (i32.load (local.get $find)) (i32.sub (i32.ctz (local.get $lanes)) (i32.const 3))))
          (local.set $lanes (i32.and (local.get $lanes) (i32.sub (local.get $lanes) (i32.const 1))))
          (if (i32.or
                (i32.load16_u (i32.add (global.get $heads)
                  (i32.shl (i32.shr_u (i32.mul (i32.load (local.get $hit)) (i32.const 0x9e3779b1)) (i32.const 20)) (i32.const 1))))
                (i32.and (global.get $controls) (i32.gt_u (i32.sub (i32.load8_u (local.get $hit)) (i32.const 0x20)) (i32.const 0x5f))))
            (then
              ;; The rest of a line that is wanted says nothing new.
              (if (i32.and (i32.ge_s (local.get $hit) (local.get $quiet)) (i32.lt_s (local.get $hit) (local.get $to)))
                (then
                  (if (i32.or
                        (call $isKey (local.get $from) (local.get $hit) (local.get $to))
                        (i32.and (global.get $controls) (call $isControl (local.get $hit))))
                    (then
                      (local.set $start (call $lineStart (local.get $from) (local.get $hit)))
                      (local.set $quiet (call $lineEnd (local.get $hit) (local.get $to)))
                      (if (i32.or (i32.gt_u (local.get $start) (local.get $end)) (i32.lt_u (local.get $run) (global.get $runs)))
                        (then
                          (local.set $run (i32.add (local.get $run) (i32.const 8)))
                          (i32.store (local.get $run) (local.get $start))))
                      (local.set $end (call $runEnd (local.get $quiet) (local.get $to) (local.get $behind) (local.get $end)))
                      (i32.store offset=4 (local.get $run) (local.get $end))))))))
          (br_if $lane (local.get $lanes)))
        (local.set $find (i32.add (local.get $find) (i32.const 8)))
        (br $next)))
    (i32.add (local.get $run) (i32.const 8)))
)
