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

export interface LiveListener {
  onWindow(window: LiveWindow): void;
  /** The connection was lost, or is there again: windows between were missed. */
  onAgain(): void;
  /** The engine does not push this: too many series or groups, say. Nothing will come. */
  onRefused(): void;
}

/** First wait before a lost connection is made again, ms; doubled up to the second. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5_000;

/** Follows windows over a socket, which it makes again when it is lost. Answers how to end that. */
export function followWindows(subscription: LiveSubscription, listener: LiveListener): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = RETRY_MS_MIN;
  let wasLost = false;
  let isOver = false;
  const leave = (): void => {
    isOver = true;
    clearTimeout(timer);
    socket?.close();
  };
  const onMessage = (event: MessageEvent<string>): void => {
    if (isOver) return;
    const message = JSON.parse(event.data) as { op: string } & LiveWindow;
    if (message.op === 'window') listener.onWindow(message);
    else if (message.op === 'subscribed') {
      waitMs = RETRY_MS_MIN;
      if (wasLost) listener.onAgain();
      wasLost = false;
    } else if (message.op === 'error') {
      leave();
      listener.onRefused();
    }
  };
  const connect = (): void => {
    const made = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/stream`);
    socket = made;
    made.addEventListener('open', () =>
      made.send(JSON.stringify({ op: 'subscribe', id: 1, ...subscription })),
    );
    made.addEventListener('message', onMessage);
    made.addEventListener('close', () => {
      if (isOver) return;
      if (!wasLost) listener.onAgain();
      wasLost = true;
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    });
  };
  connect();
  return leave;
}
