// Jobs as the terminal knows them.
import type { TerminalKind } from '../../cli/terminal-kind.js';
import { addJobCommands, jobOptions } from './job-group.js';
import { addJobUpkeepCommands } from './job-upkeep-group.js';
import { jobWords } from './job-words.js';

export const jobTerminal: TerminalKind = {
  words: jobWords,
  options: jobOptions,
  addCommands: addJobCommands,
  addUpkeepCommands: addJobUpkeepCommands,
};
