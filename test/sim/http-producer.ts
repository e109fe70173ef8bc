import { rejectReasons } from '../../protocol/reject-reasons.js';
import type { HttpIntake } from '../../src/ingest/http-intake.js';
import type { BatchKind } from '../../src/ingest/time-gate.js';
import type { FrontEndModel, JudgedPoint } from './front-end-model.js';
import type { SimPoint } from './point-book.js';
import type { MadePoint, PointMaker } from './point-maker.js';
import type { SimClock } from './sim-clock.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { checkPoints, type SimProducer } from './sim-producer.js';
import type { SimRandom } from './sim-random.js';

/** What a batch over HTTP needs of the world. */
interface HttpWorld {
  readonly model: FrontEndModel;
  readonly clock: SimClock;
  readonly plan: SimPlan;
  /** The intake of the process that runs now, if one does. */
  intake(): HttpIntake | undefined;
}

/** Clients that post points over HTTP, try again after a 429, and after a crash never learn what became of them. */
export class HttpProducer implements SimProducer {
  readonly name = 'http';
  readonly #random: SimRandom;
  readonly #maker: PointMaker;
  readonly #world: HttpWorld;
  readonly #told: SimPoint[] = [];
  #waiting = 0;
  #epoch = 0;

  constructor(random: SimRandom, maker: PointMaker, world: HttpWorld) {
    this.#random = random;
    this.#maker = maker;
    this.#world = world;
  }

  produce(): number {
    const intake = this.#world.intake();
    if (intake === undefined) return 0;
    const count = this.#random.size(Math.min(30, this.#world.plan.wire.pointsPerBatchMax));
    const nowMs = this.#world.clock.nowMs();
    const judged: JudgedPoint[] = [];
    const kind = this.#random.chance(0.3) ? 'history' : 'live';
    const sink = intake.begin(nowMs, kind);
    let accepted = 0;
    for (let i = 0; i < count; i++) {
      const timeMs = this.#random.chance(0.3) ? undefined : this.#maker.timeMs();
      const made = this.#maker.make(false, timeMs);
      const wanted = this.#wantedReason(made, timeMs, nowMs, kind);
      const handle = sink.resolve(made.series.name, made.series.labels);
      const code = handle < 0 ? -1 - handle : sink.addResolved(handle, made.value, timeMs);
      if (handle < 0) sink.reject(code);
      const reason = code === 0 ? '' : rejectReasons[code]!;
      law(reason === wanted, `http refuses a point as ${reason}, not ${wanted}`);
      if (code === 0) accepted++;
      judged.push({ point: made.point, reason });
    }
    if (accepted === 0) sink.abort();
    else this.#commit(sink, judged, nowMs);
    return count;
  }

  get isSettled(): boolean {
    // What waited in a process that crashed is answered by nobody.
    if (this.#epoch !== this.#world.model.epoch) this.#waiting = 0;
    this.#epoch = this.#world.model.epoch;
    return this.#waiting === 0;
  }

  checkSettled(): void {
    checkPoints({ name: this.name, named: false, level: 'durable', backfill: false }, this.#told);
  }

  #commit(sink: ReturnType<HttpIntake['begin']>, judged: readonly JudgedPoint[], nowMs: number): void {
    const { model } = this.#world;
    const { epoch } = model;
    const isWaiting = this.isSettled ? 0 : this.#waiting;
    model.take(judged, nowMs);
    const busy = sink.commit((failure) => {
      law(failure === undefined, 'a batch over HTTP failed');
      if (epoch === this.#world.model.epoch) this.#waiting--;
      model.settle(judged, 'durable');
      for (const { point } of judged) if (point !== undefined) this.#told.push(point);
    });
    if (busy !== undefined) model.untake(judged);
    else this.#waiting = isWaiting + 1;
  }

  #wantedReason(made: MadePoint, timeMs: number | undefined, nowMs: number, kind: BatchKind): string {
    const { model } = this.#world;
    const refused = model.resolve(made.series);
    if (refused !== '') return refused;
    if (!Number.isFinite(made.value)) return 'invalid_value';
    return model.timeReason(timeMs ?? nowMs, nowMs, kind, made.series.name);
  }
}
