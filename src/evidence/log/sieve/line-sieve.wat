;; Finds the lines of a text that may concern the log reader.
;;
;; First stage: of each key a window of six bytes is known, in which four bytes that follow each other stand at three places. So one of
;; them stands at a multiple of three, wherever in a text the key begins: every third place is looked at, and a table says by a hash of
;; the four bytes there whether they may be of a window. Second stage: a table says the same by a hash of the window that they would be
;; of. Third stage, for the few places that are left: the four bytes themselves, then the whole key.
;; Letters count as small in the second stage and where the four bytes are compared, and so do the bytes that lie to others as small letters
;; to capital ones; the first table knows a key that is found in any case by all its spellings.
;; `simd-line-sieve.ts` lays out the memory.
(module
  (memory (export "memory") 1)

  ;; Addresses, set once by the host.
  (global $heads (export "heads") (mut i32) (i32.const 0))     ;; u16[4096]: an entry, or 0, by a fragment's hash
  (global $entries (export "entries") (mut i32) (i32.const 0)) ;; entries of 16 bytes, see $isKey
  (global $hits (export "hits") (mut i32) (i32.const 0))       ;; what the first stage finds: u32 address of 24 bytes, u32 a bit for each of their places to be looked at
  (global $runs (export "runs") (mut i32) (i32.const 0))       ;; where the result goes: u32 start, u32 end of each run
  (global $clean (export "clean") (mut i32) (i32.const 0))     ;; where a line is put without what steers a terminal
  ;; Whether lines are wanted that hold a key once what steers a terminal is taken out.
  (global $controls (export "controls") (mut i32) (i32.const 0))
  ;; Lines that the last run still wants of what follows the text.
  (global $wanted (export "wanted") (mut i32) (i32.const 0))

  ;; Line feeds in [at, to). Sixteen counters of a byte each take up to 255 sixteens of the text before they are added up.
  (func $count (export "count") (param $at i32) (param $to i32) (result i32)
    (local $n i32) (local $feed v128) (local $counters v128) (local $stop i32)
    (local.set $feed (i8x16.splat (i32.const 10)))
    (loop $round
      (local.set $counters (v128.const i32x4 0 0 0 0))
      (local.set $stop (i32.add (local.get $at) (i32.and (i32.sub (local.get $to) (local.get $at)) (i32.const -16))))
      (if (i32.gt_u (local.get $stop) (i32.add (local.get $at) (i32.const 4080)))
        (then (local.set $stop (i32.add (local.get $at) (i32.const 4080)))))
      (block $full
        (loop $next
          (br_if $full (i32.ge_u (local.get $at) (local.get $stop)))
          (local.set $counters (i8x16.sub (local.get $counters) (i8x16.eq (v128.load (local.get $at)) (local.get $feed))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $next)))
      (local.set $counters (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $counters))))
      (local.set $n (i32.add (local.get $n)
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $counters)) (i32x4.extract_lane 1 (local.get $counters)))
          (i32.add (i32x4.extract_lane 2 (local.get $counters)) (i32x4.extract_lane 3 (local.get $counters))))))
      (br_if $round (i32.gt_u (i32.sub (local.get $to) (local.get $at)) (i32.const 15))))
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

  ;; Copies the line [at, to) to $clean as cleanLine makes it. Returns where the copy ends.
  (func $cleaned (param $at i32) (param $to i32) (result i32)
    (local $out i32) (local $byte i32)
    (local.set $out (global.get $clean))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.eq (local.get $byte) (i32.const 0x1b))
          (then
            (local.set $at (call $behindEscape (i32.add (local.get $at) (i32.const 1)) (local.get $to)))
            (br $next)))
        ;; A carriage return before the line feed too stands in no key.
        (if (i32.or (i32.eqz (local.get $byte)) (i32.eq (local.get $byte) (i32.const 0x0d)))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next)))
        (if (i32.eq (i32.and (i32.load (local.get $at)) (i32.const 0xffffff)) (i32.const 0xbfbbef))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 3)))
            (br $next)))
        (if (i32.eq (i32.load16_u (local.get $at)) (i32.const 0xa0c2))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $byte (i32.const 0x20))))
        (i32.store8 (local.get $out) (local.get $byte))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $out))

  ;; Behind the sequence whose ESC stands before `at`; `at` where only the ESC is taken out: see skipEscape.
  (func $behindEscape (param $at i32) (param $to i32) (result i32)
    (local $next i32) (local $byte i32) (local $most i32)
    (if (i32.or (i32.ge_u (local.get $at) (local.get $to)) (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x5b)))
      (then (return (local.get $at))))
    (local.set $next (i32.add (local.get $at) (i32.const 1)))
    (local.set $most (i32.add (local.get $at) (i32.const 24)))
    (if (i32.gt_u (local.get $most) (local.get $to)) (then (local.set $most (local.get $to))))
    (block $none
      (loop $parameter
        (br_if $none (i32.ge_u (local.get $next) (local.get $most)))
        (local.set $byte (i32.load8_u (local.get $next)))
        (local.set $next (i32.add (local.get $next) (i32.const 1)))
        (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x40)) (i32.const 0x3e)) (then (return (local.get $next))))
        (br_if $parameter (i32.le_u (i32.sub (local.get $byte) (i32.const 0x20)) (i32.const 0x1f)))))
    (i32.add (local.get $at) (i32.const 1)))

  ;; Whether the line [at, to) holds a key once it is clean.
  (func $holdsKeyClean (param $at i32) (param $to i32) (result i32)
    (local $end i32)
    (local.set $end (call $cleaned (local.get $at) (local.get $to)))
    (local.set $at (global.get $clean))
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
      (if (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17)))
        (then (if (call $isKey (global.get $clean) (local.get $at) (local.get $end)) (then (return (i32.const 1))))))
      (local.set $at (i32.add (local.get $at) (i32.const 3)))
      (br $next))
    (unreachable))

  ;; Whether a key of which a fragment stands at `at` stands there whole, within [from, to).
  (func $isKey (param $from i32) (param $at i32) (param $to i32) (result i32)
    (local $fragment i32) (local $entry i32) (local $begin i32)
    (local.set $fragment (i32.or (i32.load (local.get $at)) (i32.const 0x20202020)))
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

  ;; The first stage over [from, to): every 24 bytes with a place that may be of a key. The table, u8[32768] of 0 and 1, lies at 0.
  ;; Returns the end of the list.
  ;; A find is written whether it is one or not and counted if it is: a branch here would be guessed wrong most of the time.
  (func $search (param $from i32) (param $to i32) (result i32)
    (local $at i32) (local $find i32) (local $places i32)
    (local.set $find (global.get $hits))
    (local.set $at (local.get $from))
    (loop $next
      (local.set $places
        (i32.or
          (i32.or
            (i32.or
              (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17)))
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=3 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 3)))
            (i32.or
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=6 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 6))
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=9 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 9))))
          (i32.or
            (i32.or
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=12 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 12))
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=15 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 15)))
            (i32.or
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=18 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 18))
              (i32.shl (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=21 (local.get $at)) (i32.const 0x9e3779b1)) (i32.const 17))) (i32.const 21))))))
      (i32.store (local.get $find) (local.get $at))
      (i32.store offset=4 (local.get $find) (local.get $places))
      (local.set $find (i32.add (local.get $find) (i32.shl (i32.ne (local.get $places) (i32.const 0)) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 24))) (local.get $to))))
    (local.get $find))

  ;; The second stage: takes out of the list that ends at `ends` what is of no window. The table, u8[32768] of 0 and 1, lies behind the
  ;; first. Where two places are to be looked at they are left to the third stage. Returns the list's end. Without a branch as well.
  (func $confirm (param $ends i32) (result i32)
    (local $find i32) (local $kept i32) (local $at i32) (local $places i32) (local $x i64)
    (local.set $find (global.get $hits))
    (local.set $kept (local.get $find))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $find) (local.get $ends)))
        (local.set $at (i32.load (local.get $find)))
        (local.set $places (i32.load offset=4 (local.get $find)))
        ;; A window that holds the four bytes begins at them or one or two bytes before.
        (local.set $x (i64.or (i64.load (i32.sub (i32.add (local.get $at) (i32.ctz (local.get $places))) (i32.const 2))) (i64.const 0x2020202020202020)))
        (i32.store (local.get $kept) (local.get $at))
        (i32.store offset=4 (local.get $kept) (local.get $places))
        (local.set $kept (i32.add (local.get $kept) (i32.shl
          (i32.or
            (i32.or
              (i32.ne (i32.and (local.get $places) (i32.sub (local.get $places) (i32.const 1))) (i32.const 0))
              (i32.load8_u offset=32768 (i32.wrap_i64 (i64.shr_u (i64.mul (i64.shl (i64.shr_u (local.get $x) (i64.const 16)) (i64.const 16)) (i64.const 0x9e3779b97f4a7c15)) (i64.const 49)))))
            (i32.or
              (i32.load8_u offset=32768 (i32.wrap_i64 (i64.shr_u (i64.mul (i64.shl (i64.shr_u (local.get $x) (i64.const 8)) (i64.const 16)) (i64.const 0x9e3779b97f4a7c15)) (i64.const 49))))
              (i32.load8_u offset=32768 (i32.wrap_i64 (i64.shr_u (i64.mul (i64.shl (local.get $x) (i64.const 16)) (i64.const 0x9e3779b97f4a7c15)) (i64.const 49))))))
          (i32.const 3))))
        (local.set $find (i32.add (local.get $find) (i32.const 8)))
        (br $next)))
    (local.get $kept))

  ;; The list of the second stage, which ends at `ends`, with the places of what is not printed: made behind that list, where it begins.
  ;; Returns its end.
  (func $steered (param $from i32) (param $to i32) (param $ends i32) (result i32)
    (local $at i32) (local $known i32) (local $find i32) (local $places i32)
    (local.set $known (global.get $hits))
    (local.set $find (local.get $ends))
    (local.set $at (local.get $from))
    (loop $next
      (local.set $places (i32.or (call $unprinted (local.get $at)) (i32.shl (call $unprinted (i32.add (local.get $at) (i32.const 8))) (i32.const 8))))
      (if (i32.lt_u (local.get $known) (local.get $ends))
        (then (if (i32.eq (i32.load (local.get $known)) (local.get $at))
          (then
            (local.set $places (i32.or (local.get $places) (i32.load offset=4 (local.get $known))))
            (local.set $known (i32.add (local.get $known) (i32.const 8)))))))
      (i32.store (local.get $find) (local.get $at))
      (i32.store offset=4 (local.get $find) (local.get $places))
      (local.set $find (i32.add (local.get $find) (i32.shl (i32.ne (local.get $places) (i32.const 0)) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 24))) (local.get $to))))
    (local.get $find))

  ;; One bit for each of the sixteen bytes at `at` that is no printable ASCII and no line feed.
  (func $unprinted (param $at i32) (result i32)
    (local $x v128)
    (local.set $x (v128.load (local.get $at)))
    (i8x16.bitmask (v128.andnot
      (i8x16.gt_u (i8x16.sub (local.get $x) (i8x16.splat (i32.const 0x20))) (i8x16.splat (i32.const 0x5f)))
      (i8x16.eq (local.get $x) (i8x16.splat (i32.const 10))))))

  ;; Reads whole lines in [from, to); up to 64 bytes behind are looked at and do not count. Writes the runs of lines that are
  ;; wanted: the first `keep` lines, each line that holds a key, and up to `behind` lines behind it. Returns the end of the runs' list.
  (func (export "sift") (param $from i32) (param $to i32) (param $keep i32) (param $behind i32) (result i32)
    (local $find i32) (local $finds i32) (local $lanes i32) (local $hit i32) (local $quiet i32) (local $looked i32) (local $wants i32) (local $start i32) (local $run i32) (local $end i32)
    (global.set $wanted (i32.const 0))
    (local.set $end (call $runEnd (local.get $from) (local.get $to) (local.get $keep) (local.get $from)))
    ;; The run that is open ends at $end; none is open while $run lies before the list.
    (local.set $run (i32.sub (global.get $runs) (i32.const 8)))
    (if (i32.gt_u (local.get $end) (local.get $from))
      (then
        (local.set $run (global.get $runs))
        (i32.store (local.get $run) (local.get $from))
        (i32.store offset=4 (local.get $run) (local.get $end))))
    (local.set $find (global.get $hits))
    (local.set $finds (call $confirm (call $search (local.get $from) (local.get $to))))
    (if (global.get $controls)
      (then
        (local.set $find (local.get $finds))
        (local.set $finds (call $steered (local.get $from) (local.get $to) (local.get $finds)))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $find) (local.get $finds)))
        (local.set $lanes (i32.load offset=4 (local.get $find)))
        (loop $lane
          (local.set $hit (i32.add (i32.load (local.get $find)) (i32.ctz (local.get $lanes))))
          (local.set $lanes (i32.and (local.get $lanes) (i32.sub (local.get $lanes) (i32.const 1))))
          ;; The rest of a line that is wanted says nothing new, and a line is cleaned once.
          (if (i32.and (i32.ge_s (local.get $hit) (local.get $quiet)) (i32.lt_s (local.get $hit) (local.get $to)))
            (then
              (local.set $wants (call $isKey (local.get $from) (local.get $hit) (local.get $to)))
              (if (i32.eqz (local.get $wants))
                (then (if (i32.and (i32.and (global.get $controls) (i32.ge_s (local.get $hit) (local.get $looked))) (call $isControl (local.get $hit)))
                  (then
                    (local.set $looked (call $lineEnd (local.get $hit) (local.get $to)))
                    (local.set $wants (call $holdsKeyClean (call $lineStart (local.get $from) (local.get $hit)) (local.get $looked)))))))
              (if (local.get $wants)
                (then
                  (local.set $start (call $lineStart (local.get $from) (local.get $hit)))
                  (local.set $quiet (call $lineEnd (local.get $hit) (local.get $to)))
                  (if (i32.or (i32.gt_u (local.get $start) (local.get $end)) (i32.lt_u (local.get $run) (global.get $runs)))
                    (then
                      (local.set $run (i32.add (local.get $run) (i32.const 8)))
                      (i32.store (local.get $run) (local.get $start))))
                  (local.set $end (call $runEnd (local.get $quiet) (local.get $to) (local.get $behind) (local.get $end)))
                  (i32.store offset=4 (local.get $run) (local.get $end))))))
          (br_if $lane (local.get $lanes)))
        (local.set $find (i32.add (local.get $find) (i32.const 8)))
        (br $next)))
    (i32.add (local.get $run) (i32.const 8)))
)
