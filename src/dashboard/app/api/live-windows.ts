/** A window of a subscription, as WS /ws/stream tells it: the groups that have changed, with a value a statistic. */
export interface LiveWindow {
  timestamp: string;
  closed: boolean;
  data: readonly ({ labels?: Readonly<Record<string, string>> } & Readonly<Record<string, unknown>>)[];
}

export interface LiveSubscription {
  metric: string;
  match: string | undefined;
  window: string;
  stats: readonly string[];
  group_by: readonly string[];
}

/** First wait before a lost connection is made again, ms; doubled up to the second. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5_000;

/** Follows windows over a socket, which it makes again when it is lost. Answers how to end that. */
export function followWindows(
  subscription: LiveSubscription,
  onWindow: (window: LiveWindow) => void,
  /** The connection was made, or was lost. */
  onChange: () => void,
): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = RETRY_MS_MIN;
  let isOver = false;
  const connect = (): void => {
    socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws/stream`);
    socket.addEventListener('open', () =>
      socket?.send(JSON.stringify({ op: 'subscribe', id: 1, ...subscription })),
    );
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as { op: string } & LiveWindow;
      if (message.op === 'window') onWindow(message);
      else if (message.op === 'subscribed') {
        waitMs = RETRY_MS_MIN;
        onChange();
      }
    });
    socket.addEventListener('close', () => {
      if (isOver) return;
      onChange();
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    });
  };
  connect();
  return () => {
    isOver = true;
    clearTimeout(timer);
    socket?.close();
  };
}
