import { imagePacking } from './image-packing.ts';

/** Why no configuration was found in a file that is not plain text, and what was expected: what a person is told behind the file's name. */
export function unreadImageText(file: Uint8Array): string {
  const packing = imagePacking(file);
  if (packing !== undefined && packing !== 'gzip') return `a kernel image packed by ${packing}, which is not unpacked here: expected what the kernel tree's scripts/extract-ikconfig prints of it`;
  return 'expected a kernel configuration, config.gz, or a kernel image built with CONFIG_IKCONFIG (packed by gzip, if at all)';
}
