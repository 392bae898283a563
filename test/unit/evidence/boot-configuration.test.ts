import { describe, expect, it } from 'vitest';
import { commandLinesIn, isBootConfiguration } from '../../../src/evidence/cmdline/boot-configuration.ts';

function read(uri: string, text: string): unknown[] {
  return commandLinesIn(uri, text).map(({ of, text: options, offset, underXen }) => {
    expect(text.slice(offset, offset + options.length)).toBe(options);
    return [of, options, ...(underXen ? ['under Xen'] : [])];
  });
}

describe('commandLinesIn', () => {
  it.each([
    ['/etc/default/grub', '# a\nGRUB_CMDLINE_LINUX="quiet swiotlb=64"\nGRUB_CMDLINE_LINUX_DEFAULT=\'ro\'\nGRUB_CMDLINE_XEN="dom0_mem=1G"\nGRUB_CMDLINE_LINUX_XEN_REPLACE="x"\n', [['linux', 'quiet swiotlb=64'], ['linux', 'ro'], ['xen', 'dom0_mem=1G'], ['linux', 'x', 'under Xen']]],
    ['/etc/default/grub.d/xen.cfg', 'export GRUB_CMDLINE_XEN_DEFAULT="dom0_mem=2G"', [['xen', 'dom0_mem=2G']]],
    ['/boot/grub/grub.cfg', '\tlinux\t/vmlinuz-6.1 root=/dev/sda1 ro\n\tmultiboot2 /xen-4.17-amd64.gz placeholder dom0_mem=1G ${xen_rm_opts}\n\tmodule2 /vmlinuz-6.1 placeholder root=/dev/sda1\n\tmodule2 --nounzip /initrd.img\n\tinitrd /initrd.img\n', [['linux', 'root=/dev/sda1 ro'], ['xen', 'placeholder dom0_mem=1G ${xen_rm_opts}'], ['linux', 'placeholder root=/dev/sda1', 'under Xen']]],
    ['/boot/extlinux/extlinux.conf', 'label l0\n  append root=/dev/sda1 ro  \n  APPEND xen.gz dom0_mem=1G --- vmlinuz root=/dev/sda1 --- initrd.img\n', [['linux', 'root=/dev/sda1 ro'], ['xen', 'dom0_mem=1G'], ['linux', 'root=/dev/sda1', 'under Xen']]],
    ['/boot/loader/entries/a-6.1.conf', 'title A\nlinux /vmlinuz\noptions root=/dev/sda1 swiotlb=force\n', [['linux', 'root=/dev/sda1 swiotlb=force']]],
    ['/etc/kernel/cmdline', 'root=/dev/sda1 ro\n', [['linux', 'root=/dev/sda1 ro']]],
    ['/boot/efi/EFI/xen/xen.cfg', '[global]\ndefault=a\n[a]\noptions=console=com1 dom0_mem=1G\nkernel=vmlinuz root=/dev/sda1\nramdisk=initrd\n', [['xen', 'console=com1 dom0_mem=1G'], ['linux', 'root=/dev/sda1', 'under Xen']]],
    ['/etc/xen/guest.cfg', "kernel = '/k'\nextra = 'console=hvc0 iommu=soft'\n", [['linux', 'console=hvc0 iommu=soft', 'under Xen']]],
    ['/src/linux/.config', 'CONFIG_SWIOTLB=y\nCONFIG_CMDLINE_BOOL=y\nCONFIG_CMDLINE="swiotlb=64"\n', [['linux', 'swiotlb=64']]],
    ['/src/Makefile', 'CC = gcc\nKERNEL_CMDLINE := root=/dev/vda swiotlb=64\nrun:\n\tqemu-system-x86_64 -append "console=ttyS0 swiotlb=force" -m 1G\nXEN_CMDLINE="dom0_mem=1G"\n', [['linux', 'root=/dev/vda swiotlb=64'], ['linux', 'console=ttyS0 swiotlb=force'], ['xen', 'dom0_mem=1G']]],
  ])('%s', (uri, text, expected) => {
    expect(read(uri, text)).toEqual(expected);
  });

  it.each([
    ['/etc/default/grub', '#GRUB_CMDLINE_LINUX="swiotlb=64"\nGRUB_CMDLINE_LINUX="a \\"b\\" c"\nGRUB_CMDLINE_LINUX="open\n'],
    ['/home/me/notes.md', 'GRUB_CMDLINE_LINUX="swiotlb=64"\n'],
    ['/src/main.c', 'options swiotlb=64'],
    ['/src/Makefile', '# CMDLINE = swiotlb=64\nall: $(OBJS)\n'],
    ['/boot/grub/grub.cfg', 'menuentry "linux swiotlb=64" {\n}\n'],
    ['/a%zz/grub', 'x'],
  ])('finds none in %s: %j', (uri, text) => {
    expect(read(uri, text)).toEqual([]);
  });

  it('knows files by their names, encoded or not', () => {
    expect(isBootConfiguration('file:///etc/default/grub')).toBe(true);
    expect(isBootConfiguration('file:///boot/loader/entries/a%20b.conf')).toBe(true);
    expect(isBootConfiguration('file:///etc/hosts')).toBe(false);
  });
});
