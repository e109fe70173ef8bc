import { z } from 'zod';

/** What a key says about itself, for --help, the error messages and docs/configuration.md. */
export interface KeyInfo {
  description: string;
  /** What is allowed, to stand behind "must be". */
  wanted: string;
  /** The default as a user would write it. */
  defaultText: string;
  /** What stands for the value in --help. */
  placeholder: string;
  /** Whether the flag may be repeated. */
  isList?: boolean;
  /** Whether the value must not be printed. */
  isSecret?: boolean;
}

/** KeyInfo by schema. */
export const keyInfos = z.registry<KeyInfo>();
