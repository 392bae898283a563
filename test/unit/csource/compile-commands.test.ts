import { describe, expect, it } from 'vitest';
import { CompileCommands } from '../../../src/csource/preprocess/compile-commands.ts';

const COMMANDS = JSON.stringify([
  { directory: '/home/u/linux', file: '/home/u/linux/drivers/x/y.c', command: 'gcc -Wp,-MMD,drivers/x/.y.o.d -I./arch/x86/include -I ./drivers/x/../shared -DSET=1 -D "NAME=\\"a b\\"" -U UNSET -c -o y.o /home/u/linux/drivers/x/y.c' },
  { directory: '/home/u/build', file: '/home/u/linux/drivers/x/z.c', arguments: ['clang', '-I/home/u/linux/include', '-I./generated', '-isystem', '/home/u/linux/inc', 'z.c'] },
  { directory: '/home/u/linux', file: 'net/w.c', command: 'cc net/w.c' },
  { directory: 'relative', file: 'net/v.c', command: 'cc net/v.c' },
  { file: 3 }, null,
]);

describe('compile_commands.json', () => {
  const commands = new CompileCommands(COMMANDS);

  it('names the folders of a file, below the root in the form that is asked for', () => {
    expect(commands.flagsFor('drivers/x/y.c', '')).toEqual({ includes: ['arch/x86/include', 'drivers/shared'], defines: new Set(['SET', 'NAME', 'UNSET']) });
    expect(commands.flagsFor('drivers/x/y.c', 'file:///w')?.includes).toEqual(['file:///w/arch/x86/include', 'file:///w/drivers/shared']);
  });

  it('leaves out what the build makes elsewhere', () => {
    expect(commands.flagsFor('drivers/x/z.c', 'k')?.includes).toEqual(['k/include', 'k/inc']);
  });

  it('knows files by their whole path', () => {
    expect(commands.flagsFor('net/w.c', '')).toEqual({ includes: [], defines: new Set() });
    expect(commands.flagsFor('other/y.c', '')).toBeUndefined();
    expect(commands.flagsFor('net/v.c', '')).toBeUndefined();
  });

  it.each(['', '{', '{}', '"x"', '[1, {"file": "a.c"}]'])('takes %j for no commands', (text) => {
    expect(new CompileCommands(text).flagsFor('a.c', '')).toBeUndefined();
  });
});
