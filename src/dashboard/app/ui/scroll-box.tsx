import type { ComponentChildren } from 'preact';

interface ScrollBoxProps {
  label: string;
  children: ComponentChildren;
  onScroll?(top: number): void;
}

/** A box whose content may be larger than itself; it takes the focus, so that the keyboard can scroll it. */
export function ScrollBox({ label, children, onScroll }: ScrollBoxProps) {
  return (
    <section
      class="table-box"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={label}
      onScroll={(event) => onScroll?.(event.currentTarget.scrollTop)}
    >
      {children}
    </section>
  );
}
