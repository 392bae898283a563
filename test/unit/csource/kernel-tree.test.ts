import { beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { loadHeaders } from '../../../src/csource/preprocess/collect-includes.ts';
import { KernelTree } from '../../../src/csource/preprocess/kernel-tree.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import { sizeofTypes } from '../../../src/csource/sizeof-type.ts';
import { brief, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

/** A tree of its own making, with the layout of the kernel's. */
const FILES: Record<string, string> = {
  'include/linux/ring.h': '#ifndef _LINUX_RING_H\n#define _LINUX_RING_H\n#include <asm/ringbits.h>\n#include <linux/later.h>\n#ifdef CONFIG_BIG\n#include <linux/big.h>\n#endif\n#define RING 48\nstruct kring { int a; spin_t lock; enum { LOW, HIGH } level; };\n#endif\n',
  'include/linux/later.h': '#ifndef RING_ALIGN\n#define RING_ALIGN(x) ALIGN(x, RING_STEP)\n#endif\n',
  'include/linux/big.h': '#pragma once\n#define BIGGER 4096\n',
  'include/asm-generic/ringbits.h': '#define RING_STEP 64\ntypedef struct { unsigned long v; } spin_t;\n',
  'include/uapi/linux/only.h': '#define ONLY 7\n',
  'include/linux/lost.h': '#include <linux/not-here.h>\n#ifdef MAYBE\n#define LOST 1\n#else\n#define LOST 2\n#endif\n#define SURE 9\n',
  'drivers/x/Makefile': 'obj-m += sub/y.o alloc.o\nccflags-y := -I$(srctree)/drivers/shared \\\n  -DSET_BY_MAKE\nccflags-y += -I $(src)/inc\n',
  'drivers/shared/shared.h': '#define SHARED 11\n',
  'drivers/x/inc/own.h': '#define OWN 13\n',
  'drivers/x/part.h': 'struct part { struct kring ring; u8 more; };\n',
};

/** Names in a folder of made-up files, as a tree lists them. */
const listOf = (all: Record<string, string>) => (folder: string): string[] => {
  const names = Object.keys(all).filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return [...new Set(names.map((name) => (name.includes('/') ? `${name.split('/')[0] ?? ''}/` : name)))];
};

function read(path: string): string | undefined {
  return FILES[path];
}

async function size(expression: string, before: string, config: Record<string, string> = {}, path = 'drivers/x/sub/y.c'): Promise<string> {
  const text = fileWith(expression, before);
  const headers = await loadHeaders(path, text, (wanted) => Promise.resolve(read(wanted)));
  const { calls } = scanSource(parser, { path, text, headers, tree: new KernelTree('', read), config: new Map(Object.entries({ CONFIG_X86_64: 'y', ...config })) });
  return brief(calls[0]?.size);
}

describe("a kernel tree's headers", () => {
  it.each([
    ['RING', '#include <linux/ring.h>', '48'],
    ['RING', '', '?'],
    ['RING_STEP', '#include <linux/ring.h>', '64'],
    ['RING_ALIGN(65)', '#include <linux/ring.h>', '128'],
    ['sizeof(struct kring)', '#include <linux/ring.h>', '24'],
    ['ONLY', '#include <linux/only.h>', '7'],
    ['SHARED', '#include "shared.h"', '11'],
    ['OWN', '#include <own.h>', '13'],
    ['RING', '#include <linux/ring.h>\n#undef RING\n#define RING 5', '5'],
    ['PAGE_SIZE', '#include <linux/ring.h>\n#undef PAGE_SIZE\n#define PAGE_SIZE 512', '512'],
  ])('%s after %s is %s', async (expression, before, expected) => {
    expect(await size(expression, before)).toBe(expected);
  });

  it('depend on the configuration', async () => {
    const text = '#include <linux/ring.h>';
    expect(await size('BIGGER', text)).toBe('?');
    expect(await size('BIGGER', text, { CONFIG_BIG: 'y' })).toBe('4096');
  });

  it('say what is not defined only where all was read', async () => {
    const choice = '#ifdef NOWHERE\n#define N 1\n#else\n#define N 2\n#endif';
    expect(await size('N', choice)).toBe('2');
    expect(await size('N', choice.replace('NOWHERE', 'SET_BY_MAKE'))).toBe('1..2');
    expect(await size('N', choice.replace('NOWHERE', '__SIZEOF_SOMETHING__'))).toBe('1..2');
    expect(await size('LOST', '#include <linux/lost.h>')).toBe('1..2');
    expect(await size('SURE', '#include <linux/lost.h>')).toBe('9');
  });

  it('are found by the flags of the Makefile that takes in the one of the folder', async () => {
    Object.assign(FILES, {
      'drivers/p/Kbuild': 'P_PATH ?= $(srctree)\nccflags-y += -I $(P_PATH)/$(src)/include\ninclude $(src)/core/Kbuild\nobj-$(CONFIG_P) += p.o\n',
      'drivers/p/core/Kbuild': 'p-y += core/a.o\n',
      'drivers/p/include/p/core.h': '#define CORE 21\n',
      'drivers/g/Makefile': 'obj-$(CONFIG_G) += gg/main/\n',
      'drivers/g/gg/main/Makefile': 'GPATH = $(src)/..\nccflags-y := -I$(GPATH)/include\ninclude $(GPATH)/part/Makefile\nobj-$(CONFIG_G) += g.o\n',
      'drivers/g/gg/part/Makefile': 'PART_FILES := $(PART_PATH)/part.o\n',
      'drivers/g/gg/include/g.h': '#define G 22\n',
    });
    expect(await size('CORE', '#include <p/core.h>', {}, 'drivers/p/core/a.c')).toBe('21');
    expect(await size('G', '#include "g.h"', {}, 'drivers/g/gg/part/part.c')).toBe('22');
  });

  it('are not looked at for another architecture', async () => {
    expect(await size('RING', '#include <linux/ring.h>', { CONFIG_X86_64: 'n' })).toBe('?');
  });
});

describe('members that other files of a driver store', () => {
  const files: Record<string, string> = {
    ...FILES,
    'drivers/x/ring.h': 'struct xring { unsigned int bytes; u32 kind; };\n',
    'drivers/x/setup.c': '#include "ring.h"\nint setup(struct xring *r)\n{\n\tr->bytes = 4 * 1024;\n\treturn 0;\n}\n',
    'drivers/x/sub/other.c': '#include "../ring.h"\nint other(struct xring *r)\n{\n\treturn r->bytes;\n}\n',
  };
  const bytes = async (changes: Record<string, string>, listed = true): Promise<string> => {
    const path = 'drivers/x/alloc.c';
    const text = fileWith('r->bytes', '#include "ring.h"', 'struct xring *r = get();');
    const all: Record<string, string> = { ...files, ...changes, [path]: text };
    const headers = await loadHeaders(path, text, (wanted) => Promise.resolve(all[wanted]));
    const tree = new KernelTree('', (wanted) => all[wanted], listed ? listOf(all) : undefined);
    return brief(scanSource(parser, { path, text, headers, tree, config: new Map([['CONFIG_X86_64', 'y']]) }).calls[0]?.size);
  };

  it('are known where all files that see the struct were looked at', async () => {
    expect(await bytes({})).toBe('4096');
    expect(await bytes({}, false)).toBe('u32');
    expect(await bytes({ 'drivers/x/sub/other.c': '#include "../ring.h"\nint other(struct xring *r)\n{\n\tr->bytes = 64;\n\treturn 0;\n}\n' })).toBe('64..4096');
    expect(await bytes({ 'drivers/x/sub/other.c': '#include "../ring.h"\nint other(struct xring *r, int n)\n{\n\tr->bytes = n;\n\treturn 0;\n}\n' })).toBe('u32');
    expect(await bytes({ 'drivers/x/ring.h': `${files['drivers/x/ring.h'] ?? ''}static inline void put(struct xring *r, int n)\n{\n\tr->bytes = n;\n}\n` })).toBe('u32');
  });
});

describe('a C file that others take in', () => {
  const alloc = (size: string): string => `\tp = dma_alloc_coherent(dev, ${size}, &handle, GFP_KERNEL);\n`;
  const sizes = async (path: string, files: Record<string, string>, listed = true): Promise<string[]> => {
    const all: Record<string, string> = { ...FILES, ...files };
    const headers = await loadHeaders(path, all[path] ?? '', (wanted) => Promise.resolve(all[wanted]));
    const tree = new KernelTree('', (wanted) => all[wanted], listed ? listOf(all) : undefined);
    return scanSource(parser, { path, text: all[path] ?? '', headers, tree, config: new Map([['CONFIG_X86_64', 'y']]) }).calls.map(({ size: each }) => brief(each));
  };
  const part = `int part_init(struct device *dev)\n{\n${alloc('sizeof(struct ring) * ENTRIES')}#ifdef WIDE\n${alloc('64')}#else\n${alloc('32')}#endif\n}\n`;
  const whole = (define: string): string => `#include "ring.h"\n#define ENTRIES 4\n${define}\n#include "part.c"\n#undef ENTRIES\n`;
  const ring = { 'drivers/z/ring.h': '#pragma once\nstruct ring { int a[4]; };\n', 'drivers/z/part.c': part };

  it('is read as a part of them', async () => {
    const files = { ...ring, 'drivers/z/Makefile': 'obj-m += whole.o\n', 'drivers/z/whole.c': whole('#define WIDE') };
    expect(await sizes('drivers/z/part.c', files)).toEqual(['64', '64', '?']);
    expect(await sizes('drivers/z/part.c', { ...files, 'drivers/z/whole.c': whole('') })).toEqual(['64', '?', '32']);
  });

  it('has what holds in each of them', async () => {
    const files = { ...ring, 'drivers/z/Makefile': 'obj-m += whole.o more.o\n', 'drivers/z/whole.c': whole('#define WIDE'), 'drivers/z/more.c': whole('').replace('ENTRIES 4', 'ENTRIES 16') };
    expect(await sizes('drivers/z/part.c', files)).toEqual(['64..256', '64', '32']);
  });

  it('stands alone where a Makefile names its object, and leaves open what it is where it may be a part of any', async () => {
    const files = { ...ring, 'drivers/z/Makefile': 'z-y := part.o whole.o\n', 'drivers/z/whole.c': whole('') };
    expect(await sizes('drivers/z/part.c', files)).toEqual(['?', '?', '32']);
    expect(await sizes('drivers/z/part.c', { ...ring, 'drivers/z/Makefile': 'obj-m += other.o\n' }, false)).toEqual(['?', '64', '32']);
    const choice = fileWith('N', '#ifdef WIDE\n#define N 64\n#else\n#define N 32\n#endif');
    expect(await sizes('drivers/z/c.c', { 'drivers/z/c.c': choice, 'drivers/z/Makefile': 'obj-m += c.o\n' }, false)).toEqual(['32']);
    expect(await sizes('drivers/z/c.c', { 'drivers/z/c.c': choice, 'drivers/z/Makefile': 'obj-m += other.o\n' }, false)).toEqual(['32..64']);
    expect(await sizes('drivers/z/c.h', { 'drivers/z/c.h': choice, 'drivers/z/Makefile': '' })).toEqual(['32..64']);
  });

  it('may be called, and its variables and structs written, by them', async () => {
    const text = `static int entries = 4;\nstruct own { int bytes; };\nstatic void grab(struct device *dev, int n)\n{\n${alloc('n')}}\nvoid first(struct device *dev, struct own *o)\n{\n\to->bytes = 32;\n\tgrab(dev, 16);\n${alloc('entries')}${alloc('o->bytes')}}\nvoid later(struct device *dev, struct own *o)\n{\n${alloc('o->bytes')}}\n`;
    const makefile = { 'drivers/z/Makefile': 'obj-m += whole.o\n' };
    const other = '#include "part.c"\nvoid second(struct device *dev, struct own *o)\n{\n\to->bytes = 64;\n\tentries = 8;\n\tgrab(dev, 4096);\n}\n';
    expect(await sizes('drivers/z/part.c', { 'drivers/z/part.c': text, 'drivers/z/Makefile': 'obj-m += part.o\n' })).toEqual(['16', '4', '32', '32']);
    expect(await sizes('drivers/z/part.c', { 'drivers/z/part.c': text, ...makefile, 'drivers/z/whole.c': other })).toEqual(['?', '?', '32..64', '32..64']);
    // So may those of a header, and those of a file by what it takes in.
    expect(await sizes('drivers/z/part.h', { 'drivers/z/part.h': text, ...makefile, 'drivers/z/whole.c': other.replace('part.c', 'part.h') })).toEqual(['?', '?', '32..64', '32..64']);
    const taking = { 'drivers/z/whole.c': `${text}#include "more.c"\n`, 'drivers/z/more.c': other.slice(other.indexOf('void')), ...makefile };
    expect(await sizes('drivers/z/whole.c', taking)).toEqual(['?', '?', '32..64', '32..64']);
  });
});

describe('sizeof by name', () => {
  const access = (files: Record<string, string>) => ({
    read: (path: string) => files[path],
    sources: (folder: string) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`) && /\.[ch]$/.test(path) && !path.slice(folder.length + 1).includes('/')).map((path) => path.slice(folder.length + 1)),
    tree: new KernelTree('', (path) => files[path]),
    config: new Map([['CONFIG_X86_64', 'y']]),
  });

  it('reads a header as the file beside it does', async () => {
    const files = { ...FILES, 'drivers/x/y.c': '#include <linux/ring.h>\n#include "part.h"\n' };
    expect(await sizeofTypes('drivers/x/part.h', ['struct part', 'part', 'kring', 'u16[3]', 'nowhere'], access(files))).toEqual([
      { bytes: 32, align: 8 }, { bytes: 32, align: 8 }, { bytes: 24, align: 8 }, { bytes: 6, align: 2 }, { why: expect.stringContaining('nowhere') as string },
    ]);
    expect(await sizeofTypes('drivers/x/part.h', ['part'], access(FILES))).toEqual([{ why: expect.stringContaining('kring') as string }]);
  });

  it('reads a header as a file in a folder above does, through other headers', async () => {
    const files = {
      ...FILES,
      'drivers/z/hw/reg.h': 'typedef struct { WORD a; WORD b; } reg_t;\n',
      'drivers/z/base.h': '#include "hw/words.h"\n#include "hw/reg.h"\n',
      'drivers/z/hw/words.h': 'typedef u32 WORD;\n',
      'drivers/z/main.c': '#include "base.h"\n',
    };
    expect(await sizeofTypes('drivers/z/hw/reg.h', ['reg_t'], access(files))).toEqual([{ bytes: 8, align: 4 }]);
    expect(await sizeofTypes('drivers/z/hw/reg.h', ['reg_t'], access({ ...files, 'drivers/z/base.h': '' }))).toEqual([{ why: expect.stringContaining('WORD') as string }]);
  });

  it('reads one of the kernel\'s own as another of them does, where it says too little itself', async () => {
    const files = { ...FILES, 'include/linux/q/pair.h': 'struct pair { struct kring a, b; };\n', 'include/linux/q/if.h': '#include <linux/ring.h>\n#include <linux/q/pair.h>\n' };
    expect(await sizeofTypes('include/linux/q/pair.h', ['pair'], access(files))).toEqual([{ bytes: 48, align: 8 }]);
  });

  it('takes a tag for no typedef that only mentions it', async () => {
    const text = 'struct port { u8 x[3]; };\ntypedef int (*prepare_t)(const struct port *port, int flags);\n';
    expect(await sizeofTypes('drivers/x/a.c', ['port'], access({ 'drivers/x/a.c': text }))).toEqual([{ bytes: 3, align: 1 }]);
  });
});
