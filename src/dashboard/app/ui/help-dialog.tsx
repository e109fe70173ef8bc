import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { boundKeys } from '../state/keys';

export const isHelpOpen = signal(false);

/** What each key does, for this view. */
export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => (isHelpOpen.value = false)}>
      <h2 id="help-title">Keys</h2>
      <table class="keys">
        <tbody>
          {isOpen &&
            boundKeys().map((action) => (
              <tr key={action.key}>
                <td>
                  <kbd>{action.label}</kbd>
                </td>
                <td>{action.help}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <p class="muted">
        Drag over a chart to zoom; Back in the browser undoes it. Every view has an address to share.
      </p>
      <form method="dialog">
        <button class="button" type="submit">
          Close
        </button>
      </form>
    </dialog>
  );
}
