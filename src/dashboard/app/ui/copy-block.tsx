import { useRef, useState } from 'preact/hooks';

/** A text to take away: a command, say. Where the page may not write to the clipboard, the text is selected instead. */
export function CopyBlock({ text, label }: { text: string; label: string }) {
  const block = useRef<HTMLPreElement>(null);
  const [note, setNote] = useState('Copy');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setNote('Copied');
    } catch {
      getSelection()?.selectAllChildren(block.current!);
      setNote('Selected');
    }
  };
  return (
    <div class="copy-block">
      <pre ref={block}>{text}</pre>
      <button class="button" type="button" aria-label={`${note}: ${label}`} onClick={() => void copy()}>
        {note}
      </button>
    </div>
  );
}
