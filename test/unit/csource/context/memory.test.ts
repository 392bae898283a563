import { describe, expect, it } from 'vitest';
import { readContext } from '../../../../src/csource/context/read-context.ts';
import { driver, observe } from './observe.ts';

describe('addresses of the CPU that go to a device', () => {
  const seen = (...lines: string[]): string[] => observe(driver(...lines), 'cpu-address').map(({ api, through }) => `${api} ${through}`);

  it.each([
    ['a register', ['writel(virt_to_phys(p->ring), p->regs);'], ['virt_to_phys writel']],
    ['a descriptor', ['d->addr = cpu_to_le64(page_to_phys(page) + off);'], ['page_to_phys cpu_to_le64']],
    ['a local that goes to a register', ['u32 a = virt_to_phys(buf);', 'iowrite32(a, p->regs);'], ['virt_to_phys iowrite32']],
    ['a variable named as a DMA address', ['p->ring_dma = virt_to_phys(p->ring);'], ['virt_to_phys p->ring_dma']],
    ['virt_to_bus, which is for devices', ['x = virt_to_bus(buf);'], ['virt_to_bus virt_to_bus']],
  ])('%s', (_, lines, expected) => {
    expect(seen(...lines)).toEqual(expected);
  });

  it.each([
    ['a mapping for the CPU', ['p->map = ioremap(virt_to_phys(x), 4096);']],
    ['a local set anew before it goes to a register', ['a = virt_to_phys(buf);', 'a = p->id;', 'writel(a, p->regs);']],
    ['a page number', ['pfn = page_to_phys(page) >> PAGE_SHIFT;']],
    ['the start of memory', ['writel(__pa(PAGE_OFFSET), p->regs);']],
    ['a message for firmware', ['m->addr = cpu_to_be64(__pa(buf));']],
  ])('not seen: %s', (_, lines) => {
    expect(seen(...lines)).toEqual([]);
  });
});

describe('memory that must not be mapped', () => {
  const seen = (...lines: string[]): string[] => observe(driver(...lines), 'unmappable-memory').map(({ memory, name }) => `${memory} ${name}`);

  it.each([
    ['an array on the stack', ['u8 cmd[16];', 'a = dma_map_single(dev, cmd, sizeof(cmd), DMA_TO_DEVICE);'], ['stack cmd']],
    ['part of one', ['u8 cmd[16];', 'a = dma_map_single(dev, cmd + 4, 8, DMA_TO_DEVICE);'], ['stack cmd']],
    ['a struct on the stack', ['struct cmd c;', 'a = dma_map_single(dev, &c, sizeof(c), DMA_TO_DEVICE);'], ['stack c']],
    ['the second of a declaration', ['u8 x, status;', 'r = usb_control_msg(udev, pipe, 1, 2, 0, 0, &status, 1, 500);'], ['stack status']],
    ['vmalloc', ['void *b = vmalloc(size);', 'a = dma_map_single(dev, b, size, DMA_TO_DEVICE);'], ['vmalloc b']],
    ['kvmalloc in a member', ['p->b = kvzalloc(size, GFP_KERNEL);', 'a = dma_map_single(dev, p->b, size, DMA_TO_DEVICE);'], ['kvmalloc p->b']],
  ])('%s', (_, lines, expected) => {
    expect(seen(...lines)).toEqual(expected);
  });

  it.each([
    ['static memory', ['static u8 cmd[16];', 'a = dma_map_single(dev, cmd, 16, DMA_TO_DEVICE);']],
    ['a pointer', ['u8 *cmd = p->cmd;', 'a = dma_map_single(dev, cmd, 16, DMA_TO_DEVICE);']],
    ['what a pointer leads to', ['u8 *cmd = p->cmd;', 'a = dma_map_single(dev, &cmd[4], 16, DMA_TO_DEVICE);']],
    ['a member of the driver\'s memory', ['a = dma_map_single(dev, &p->cmd, 16, DMA_TO_DEVICE);']],
    ['nothing at all', ['u8 zero;', 'usb_fill_bulk_urb(urb, udev, pipe, &zero, 0, done, p);']],
    ['kmalloc or vmalloc', ['b = p->big ? 0 : 0;', 'if (p->big)', '\tb = vmalloc(size);', 'else', '\tb = kmalloc(size, GFP_KERNEL);', 'a = dma_map_single(dev, b, size, DMA_TO_DEVICE);']],
    ['kvmalloc of a driver that asks where it lies', ['b = kvmalloc(size, GFP_KERNEL);', 'if (!is_vmalloc_addr(b))', '\ta = dma_map_single(dev, b, size, DMA_TO_DEVICE);']],
  ])('not seen: %s', (_, lines) => {
    expect(seen(...lines)).toEqual([]);
  });
});

describe('whatever the text is', () => {
  it.each(['', 'dma_map_single(', 'int f(void)\n{\n\tdma_map_single(dev, x, 3, DMA_TO_DEVICE)\n}\n', 'int f(void)\n{\n\tif (x) {\n\tdma_set_mask(a, b);\n}\n', `int f(void)\n{\n${'('.repeat(5000)}dma_set_mask(a,b);\n}\n`, `int f(void)\n{\n${'{'.repeat(500)}dma_set_mask(a, b);${'}'.repeat(500)}\n}\n`])('%#', (text) => {
    expect(readContext(text).observations).toEqual([]);
  });
});
