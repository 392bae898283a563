export const USAGE = `Usage: dma-aperture COMMAND [OPTIONS] …

Commands
  log [--json] FILE…             read boot logs: facts, failures and what they mean (- is standard input)
  scan [OPTIONS] PATH…           list the DMA calls of C sources with their sizes, checked against a platform
  run [--json|--junit] SCENARIO… run scenarios (*.dma.json) through the model
  scenario --from-driver FILE    write a scenario of what a C file asks for, or (--from-log FILE) of a
                                 log's platform and failures
  plan --size SIZE [OPTIONS]     every way to a large DMA buffer on a platform, tried in the model
  size SCENARIO                  the smallest swiotlb= under which a scenario's mappings do not fail
  replay [--json] TRACE…         replay traces of real kernels (.csv, .csv.gz) and compare every operation
  sizeof [--config FILE] --file FILE NAME…
                                 sizes of C types as a file sees them, a JSON object a line
  lsp --stdio                    the language server, for any editor

Platform (scan, run, scenario, plan, size)
  --platform ID|FILE.json        a built-in platform, or one spelled out in a file
  --linux RELEASE                the kernel: 6.1.192
  --xen VERSION                  the hypervisor: 4.17
  --domain dom0|domu|native      where the kernel runs (dom0 where --xen is given, else native)
  --config FILE                  the kernel's .config; also gzip, or a kernel image with IKCONFIG
  --tree FOLDER                  the kernel's source: its version, and what its source text does

Plan
  --size SIZE                    of the buffer: 1G, 512M, 2^18 pages
  --mask BITS                    width of the device's mask (default: 32)
  --contiguous                   the device takes one address only
  --zero-copy user|domu          no byte may be copied on its way to user space, or to a guest
  --rate SIZE                    data a second, for the cost of copies
  --json | --markdown | --csv    (also of size; default: text)

Scan
  --json | --ndjson | --sarif    one JSON document, one object a line, or SARIF 2.1.0 (default: text)
  --fail-on error|warning|never  the least severity that makes the exit status 1 (default: error)
  --rule RULE=LEVEL              severity of a rule: error, warning, information or off (repeatable)
  --baseline FILE                findings of this file are not reported
  --write-baseline FILE          write the findings of this scan as a baseline
  --jobs N                       worker threads (default: one a processor)

Exit status: 0 nothing found, 1 findings, unmet expectations or mismatches, 2 usage or input error.
`;
