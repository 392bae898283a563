import { describe, expect, it } from 'vitest';
import { bootOptionEdit } from '../../src/server/boot-option-edit.ts';

const SLOTS = { of: 'linux', option: 'swiotlb', value: '65536', bytes: 2 ** 27 } as const;

function applied(uri: string, text: string, underXen = false): string | undefined {
  const edit = bootOptionEdit(uri, text, SLOTS, underXen);
  return edit && text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length);
}

describe('bootOptionEdit', () => {
  it.each([
    ['file:///etc/default/grub', 'GRUB_CMDLINE_LINUX=""\n', 'GRUB_CMDLINE_LINUX="swiotlb=65536"\n'],
    ['file:///etc/default/grub', "A=1\nGRUB_CMDLINE_LINUX='quiet'\n", "A=1\nGRUB_CMDLINE_LINUX='quiet swiotlb=65536'\n"],
    ['file:///etc/default/grub', 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n', 'GRUB_CMDLINE_LINUX_DEFAULT="quiet swiotlb=65536"\n'],
    ['file:///etc/default/grub', 'GRUB_CMDLINE_LINUX="swiotlb=force"\n', 'GRUB_CMDLINE_LINUX="swiotlb=65536,force"\n'],
    ['file:///etc/default/grub', 'GRUB_CMDLINE_LINUX="xswiotlb=1 swiotlb=32768,4,force a"\n', 'GRUB_CMDLINE_LINUX="xswiotlb=1 swiotlb=65536,4,force a"\n'],
    ['file:///etc/xen/guest.cfg', 'memory = 512\nextra = "console=hvc0"\n', 'memory = 512\nextra = "console=hvc0 swiotlb=65536"\n'],
    ['file:///boot/extlinux/extlinux.conf', 'label l0\n\tlinux /vmlinuz\n\tappend root=/dev/sda1 ro  \n', 'label l0\n\tlinux /vmlinuz\n\tappend root=/dev/sda1 ro swiotlb=65536  \n'],
  ])('%s: %j', (uri, text, expected) => {
    expect(applied(uri, text)).toBe(expected);
  });

  it('changes the command line that holds under Xen, where Xen boots', () => {
    const text = 'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX_XEN_REPLACE="b"\n';
    expect(applied('file:///etc/default/grub', text, true)).toBe('GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX_XEN_REPLACE="b swiotlb=65536"\n');
    expect(applied('file:///etc/default/grub', text)).toBe('GRUB_CMDLINE_LINUX="a swiotlb=65536"\nGRUB_CMDLINE_LINUX_XEN_REPLACE="b"\n');
  });

  it.each([
    ['file:///etc/default/grub', '# GRUB_CMDLINE_LINUX="a"\n'],
    ['file:///etc/default/grub', 'GRUB_CMDLINE_LINUX="a \\"b\\" c"\n'],
    ['file:///home/me/notes.md', 'GRUB_CMDLINE_LINUX="a"\n'],
    ['file:///boot/extlinux/extlinux.conf', 'append xen.gz dom0_mem=1G --- vmlinuz root=/dev/sda1 --- initrd\n'],
  ])('leaves alone what it does not know: %s %j', (uri, text) => {
    expect(applied(uri, text)).toBeUndefined();
  });
});
