import { signal } from '@preact/signals';
import { followWindows, type LiveWindow } from '../../api/live-windows';
import { fetchSeries, type SeriesAnswer } from '../../api/series';
import { afterFrame, clockOffsetMs, nowMs, steadyMs } from '../../clock';
import { Loader } from '../../state/loader';
import { durationText, type TimeRange } from '../../state/range';
import { whileSeen } from '../../state/while-seen';
import { DrawPace } from './draw-pace';
import { takeFirst } from './first-request';
import { KeptAnswers } from './kept-answers';
import { canFollow, mergeWindow } from './live-merge';
import { type SeriesQuestion, type Span, spanOf } from './series-question';
import { inOrder } from './series-source';

/** How often a live chart is asked for anew, ms: each window's length, within these bounds; seldom while windows are pushed. */
const REFRESH_MS_MIN = 1_000;
const REFRESH_MS_MAX = 60_000;
const REFRESH_FOLLOWED_MS = 30_000;

/** How often one is asked for whose lines are some of many: which ones they are can only a full answer tell, and it costs. */
const REFRESH_SOME_MS_MIN = 5_000;

/** How soon an engine that did not answer is asked again, ms. */
const RETRY_MS = 3_000;

/** What a chart shows: an answer, and what was asked, also while the next one is on its way. */
export interface Shown extends Span {
  answer: SeriesAnswer;
  question: SeriesQuestion;
}

/** Answers that are kept for the way back: each has some ten thousand values at most. */
const ANSWERS_KEPT = 8;

/** The page's, so that they outlive a look at another view. */
const kept = new KeptAnswers<Shown>(ANSWERS_KEPT);

/** Where a chart's data come from: asked for, asked for again, and pushed. One a chart. */
export class ChartFeed {
  readonly loader = new Loader<Shown>();
  /** Updates a second at most, while they are fewer than they might be: drawing is slow. */
  readonly slowedTo = signal<number | undefined>(undefined);
  readonly #pace = new DrawPace();
  /** What was asked for last. */
  #key = '';

  /** Asks for everything. What was answered to the same before is shown meanwhile. */
  load(question: SeriesQuestion, range: TimeRange, width: number): void {
    const key = JSON.stringify([question, range, width]);
    if (key !== this.#key) this.#showKept(key, question);
    this.#key = key;
    const first = takeFirst(question, range, width);
    const offsetMs = first?.offsetMs ?? clockOffsetMs();
    const span = first?.span ?? spanOf(range, width, nowMs());
    void this.loader
      .load(async (abort) => {
        const answer = await (first?.answer ?? fetchSeries({ ...question, ...span }, abort));
        const value = { answer: inOrder(answer), question, ...span };
        kept.keep(key, { value, atMs: nowMs() });
        return value;
      })
      .then(() => {
        // The answer told that the reader's clock is wrong: the last hour is another one.
        if (range.kind === 'last' && clockOffsetMs() !== offsetMs) this.load(question, range, width);
      });
  }

  #showKept(key: string, question: SeriesQuestion): void {
    const before = kept.get(key);
    // Values are pushed for a question as it is, not for an equal one.
    if (before !== undefined) this.loader.show({ ...before.value, question }, before.atMs);
  }

  /** Asks again for as long as there is an engine to wait for. Answers how to end that. */
  retry(question: SeriesQuestion, range: TimeRange, width: number): () => void {
    return whileSeen(RETRY_MS, () => {
      const { error, isLoading } = this.loader.state.value;
      if (error?.isTemporary === true && !isLoading) this.load(question, range, width);
    });
  }

  /** Keeps a chart moving that ends now. Answers how to end that. */
  follow(question: SeriesQuestion, range: TimeRange, width: number): () => void {
    const { stepMs } = spanOf(range, width, nowMs());
    const everyMs = Math.min(REFRESH_MS_MAX, Math.max(REFRESH_MS_MIN, stepMs));
    let isPushed = canFollow(question.aggregations, stepMs);
    let askedMs = steadyMs();
    const load = (): void => {
      askedMs = steadyMs();
      this.load(question, range, width);
    };
    const isDue = (): boolean => {
      const { value, isLoading } = this.loader.state.value;
      // A request is never given up for the next of its kind: a slow engine would answer none.
      if (isLoading) return false;
      const isSome = value !== undefined && value.answer.groups_total > value.answer.series.length;
      const restMs = isSome
        ? Math.max(everyMs, REFRESH_SOME_MS_MIN)
        : isPushed
          ? REFRESH_FOLLOWED_MS
          : everyMs;
      return steadyMs() - askedMs >= restMs;
    };
    const endRefresh = whileSeen(REFRESH_MS_MIN, () => {
      if (isDue()) load();
    });
    if (!isPushed) return endRefresh;
    const windows = new PushedWindows(this.#pace, (pushed) => this.#show(pushed, question, stepMs));
    const leave = followWindows(
      {
        metric: question.metric,
        match: question.match,
        window: durationText(stepMs),
        stats: question.aggregations,
        group_by: question.groupBy,
      },
      {
        onWindow: (window) => windows.add(window),
        onAgain: load,
        onRefused: () => {
          isPushed = false;
        },
      },
    );
    const onSeen = (): void => {
      if (!document.hidden && windows.hasMissed()) load();
    };
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      endRefresh();
      leave();
      windows.end();
      document.removeEventListener('visibilitychange', onSeen);
    };
  }

  /** Puts windows into what is shown, unless that is still the answer to another question. */
  #show(windows: readonly LiveWindow[], question: SeriesQuestion, stepMs: number): void {
    this.loader.amend((shown) => {
      if (shown.question !== question || shown.stepMs !== stepMs) return shown;
      const toMs = nowMs();
      const fromMs = toMs - (shown.toMs - shown.fromMs);
      const answer = windows.reduce((all, window) => mergeWindow(all, window, fromMs, stepMs), shown.answer);
      return { ...shown, answer, fromMs, toMs };
    });
    this.slowedTo.value = this.#pace.isSlow ? this.#pace.updatesPerSecond : undefined;
  }
}

/** Windows that wait for their frame; while the page is hidden none do. */
class PushedWindows {
  readonly #pace: DrawPace;
  readonly #show: (windows: readonly LiveWindow[]) => void;
  #waiting: LiveWindow[] = [];
  #hasMissed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #drawnMs = 0;

  constructor(pace: DrawPace, show: (windows: readonly LiveWindow[]) => void) {
    this.#pace = pace;
    this.#show = show;
  }

  add(window: LiveWindow): void {
    if (document.hidden) {
      // No frame comes for hours, maybe: what is missed is asked for when somebody looks.
      this.#waiting = [];
      this.#hasMissed = true;
      return;
    }
    this.#waiting.push(window);
    if (this.#timer !== undefined || this.#frame !== 0) return;
    const restMs = this.#drawnMs + this.#pace.gapMs - steadyMs();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#frame = requestAnimationFrame(() => this.#draw());
    }, restMs);
  }

  /** Whether windows were left out since the last time that this was asked. */
  hasMissed(): boolean {
    const has = this.#hasMissed;
    this.#hasMissed = false;
    return has;
  }

  end(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }

  #draw(): void {
    this.#frame = 0;
    const windows = this.#waiting;
    this.#waiting = [];
    this.#drawnMs = steadyMs();
    this.#show(windows);
    afterFrame(() => this.#pace.drew(steadyMs() - this.#drawnMs));
  }
}
