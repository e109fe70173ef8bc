/** Does something again and again while the page is seen, and at once when it is seen again. Answers how to end that. */
export function whileSeen(everyMs: number, run: () => void): () => void {
  const runIfSeen = (): void => {
    if (!document.hidden) run();
  };
  const timer = setInterval(runIfSeen, everyMs);
  document.addEventListener('visibilitychange', runIfSeen);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', runIfSeen);
  };
}
