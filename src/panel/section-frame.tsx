import type { ComponentChildren, JSX } from 'preact';

export interface SectionFrameProps {
  readonly id: string;
  readonly head: string;
  readonly meta?: ComponentChildren;
  /** Fields at the right of the heading. */
  readonly fields?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A view of the panel: its heading with the totals, then the picture or the table. */
export function SectionFrame({ id, head, meta, fields, children }: SectionFrameProps): JSX.Element {
  return (
    <section class={`view ${id}`} aria-labelledby={`${id}-head`}>
      <div class="head">
        <h2 id={`${id}-head`}>{head}</h2>
        {meta !== undefined && <span class="meta">{meta}</span>}
        {fields !== undefined && <span class="fields">{fields}</span>}
      </div>
      <div class="body">{children}</div>
    </section>
  );
}
