import { rejectReasons } from '../../../protocol/index.js';
import { IngestReport } from '../../http/ingest/ingest-report.js';
import { REASON_TEXTS } from '../../http/ingest/reason-texts.js';

/** Why a line gave no point, besides the reject reasons of the wire: it can't be read at all. */
export const BAD_LINE = 'bad_line';

/** What became of the lines with one reason. */
export interface Refusals {
  count: number;
  /** Counted from 1, as editors do. */
  firstLine: number;
  /** What was wanted and what came, of the first. */
  text: string;
}

/** What was refused, by reason, with the first line of each; filled from the file's side and from the server's. */
export class LineReport extends IngestReport {
  readonly byReason = new Map<string, Refusals>();

  /** A point of a line (its number from 1) that can't be taken. */
  override refuse(line: number, reason: number, came?: string): void {
    const name = rejectReasons[reason] ?? BAD_LINE;
    this.note(name, line, 1, came === undefined ? '' : `got ${came}`);
  }

  /** A line that can't be read. */
  refuseLine(line: number, text: string): void {
    this.note(BAD_LINE, line, 1, text);
  }

  /** Points that were refused for one reason, the first of them from `line`. */
  note(reason: string, line: number, count: number, text = ''): void {
    this.rejected += count;
    const known = this.byReason.get(reason);
    if (known === undefined) {
      this.byReason.set(reason, { count, firstLine: line, text });
      return;
    }
    known.count += count;
    if (line >= known.firstLine) return;
    known.firstLine = line;
    known.text = text;
  }

  /** A line a reason, the most frequent first. */
  lines(): string[] {
    const sorted = [...this.byReason].sort((a, b) => b[1].count - a[1].count);
    return sorted.map(([reason, { count, firstLine, text }]) => {
      const wanted = (REASON_TEXTS as Readonly<Record<string, string>>)[reason];
      const said = [wanted, text].filter((part) => part !== undefined && part !== '').join('; ');
      return `  ${reason}: ${count.toLocaleString('en-US')}, first on line ${firstLine.toLocaleString('en-US')}${said === '' ? '' : ` (${said})`}`;
    });
  }
}
