import { Doubt } from '../evaluate/doubt.ts';
import type { Abi } from './abi.ts';
import type { CType, Layout, Member } from './c-type.ts';

/** Attributes of a whole record. */
export interface RecordAttributes {
  readonly packed: boolean;
  readonly align: number | undefined;
  /** `#pragma pack`, in bytes. */
  readonly pack: number | undefined;
}

/** `sizeof`. @throws Doubt where the type has none, or it is not certain */
export function sizeOf(type: CType, abi: Abi): number {
  switch (type.kind) {
    case 'integer':
    case 'float':
      return type.size;
    case 'pointer':
      return abi.pointer;
    case 'array':
      if (type.count === undefined) throw new Doubt(type.why ?? 'the length of an array is not known');
      return type.count * sizeOf(type.of, abi);
    case 'record':
      return type.layout().size;
    case 'unknown':
      throw new Doubt(type.why);
    case 'void':
    case 'function':
      throw new Doubt(`sizeof of ${type.kind === 'void' ? 'void' : 'a function'}`);
  }
}

/** `_Alignof`. @throws Doubt as {@link sizeOf} */
export function alignOf(type: CType, abi: Abi): number {
  switch (type.kind) {
    case 'integer':
      return type.align ?? type.size;
    case 'float':
      return type.align;
    case 'pointer':
      return abi.pointer;
    case 'array':
      return alignOf(type.of, abi);
    case 'record':
      return type.layout().align;
    case 'unknown':
      throw new Doubt(type.why);
    case 'void':
    case 'function':
      throw new Doubt('no alignment');
  }
}

/**
 * Places members as the System V ABIs do (x86_64, i386), and AAPCS64, with gcc's attributes.
 * @throws Doubt where a member's type is not known, or attributes meet in ways that compilers treat differently
 */
export function layOut(keyword: 'struct' | 'union', members: readonly Member[], attributes: RecordAttributes, abi: Abi): Layout {
  // In bits: bit-fields share units.
  let end = 0;
  let next = 0;
  let align = 1;
  const offsets: (number | undefined)[] = [];
  members.forEach((member, at) => {
    if (keyword === 'union') next = 0;
    const packed = attributes.packed || member.packed;
    const natural = alignOf(member.type, abi);
    let own = Math.max(packed ? 1 : natural, member.align ?? 1);
    // gcc and clang: `#pragma pack` overrides an aligned member, and lets a bit-field straddle units.
    if (attributes.pack !== undefined) own = Math.min(own, attributes.pack);
    if (member.bits === undefined) {
      const flexible = member.type.kind === 'array' && member.type.count === undefined && member.type.why === undefined;
      if (flexible && keyword === 'struct' && at !== members.length - 1) throw new Doubt('an array without a length stands before other members');
      next = roundUp(next, own * 8);
      offsets.push(next / 8);
      next += flexible ? 0 : sizeOf(member.type, abi) * 8;
      align = Math.max(align, own);
    } else {
      offsets.push(undefined);
      const unit = sizeOf(member.type, abi) * 8;
      if (member.align !== undefined) throw new Doubt('a bit-field is aligned by an attribute');
      if (member.bits > unit) throw new Doubt('a bit-field is wider than its type');
      if (member.bits === 0) {
        if (packed || attributes.pack !== undefined) throw new Doubt('a bit-field of no width in a packed record');
        next = roundUp(next, unit);
      } else {
        // Within units of its type, or of what the type is aligned to where that is less (i386).
        const straddles = (next % Math.min(unit, natural * 8)) + member.bits > unit;
        if (!packed && attributes.pack === undefined && straddles) next = roundUp(next, natural * 8);
        next += member.bits;
        if (member.name !== undefined) align = Math.max(align, own);
      }
    }
    if (!Number.isSafeInteger(next)) throw new Doubt('it is larger than any memory');
    end = Math.max(end, next);
  });
  align = Math.max(align, attributes.align ?? 1);
  return { size: roundUp(end, align * 8) / 8, align, offsets };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** A member by name, through unnamed structs and unions. @throws Doubt where there is none */
export function memberOf(type: CType, name: string): Member {
  if (type.kind !== 'record') throw new Doubt(type.kind === 'unknown' ? type.why : `.${name} of what is no struct`);
  const found = search(type, name, 0);
  if (!found) throw new Doubt(`${type.name} has no known member ${name}`);
  return found;
}

/** Names of the members that share a member's memory, as those of a union do, through unnamed structs and unions. */
export function sharingMembers(type: CType, name: string, depth = 0): readonly string[] {
  if (type.kind !== 'record' || depth > 30) return [];
  const members = type.members();
  const own = members.find((member) => member.name === name) ?? members.find((member) => member.name === undefined && search(member.type, name, depth));
  const inner = own && own.name === undefined ? sharingMembers(own.type, name, depth + 1) : [];
  return type.name.startsWith('union') ? [...inner, ...members.filter((member) => member !== own).flatMap((member) => namesOf(member, depth))] : inner;
}

function namesOf({ name, type }: Member, depth: number): readonly string[] {
  if (name !== undefined) return [name];
  return type.kind === 'record' && depth < 30 ? type.members().flatMap((member) => namesOf(member, depth + 1)) : [];
}

/** A member by name with its offset in bytes, as `offsetof`. @throws Doubt where there is none, or it is a bit-field */
export function offsetOf(type: CType, name: string, depth = 0): { readonly type: CType; readonly offset: number } {
  if (type.kind !== 'record' || depth > 30) throw new Doubt(type.kind === 'unknown' ? type.why : `offsetof ${name} in what is no struct`);
  const { offsets } = type.layout();
  const members = type.members();
  for (let at = 0; at < members.length; at++) {
    const member = members[at] as Member;
    const offset = offsets?.[at];
    if (member.name === name) {
      if (offset === undefined) throw new Doubt(`the offset of ${name} is not known`);
      return { type: member.type, offset };
    }
    if (member.name === undefined && member.bits === undefined && search(member.type, name, 0)) {
      const inner = offsetOf(member.type, name, depth + 1);
      if (offset === undefined) throw new Doubt(`the offset of ${name} is not known`);
      return { type: inner.type, offset: offset + inner.offset };
    }
  }
  throw new Doubt(`${type.name} has no known member ${name}`);
}

function search(type: CType, name: string, depth: number): Member | undefined {
  if (type.kind !== 'record' || depth > 30) return undefined;
  for (const field of type.members()) {
    if (field.name === name) return field;
    const inner = field.name === undefined && field.bits === undefined ? search(field.type, name, depth + 1) : undefined;
    if (inner) return inner;
  }
  return undefined;
}
