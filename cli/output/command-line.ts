/** Commands as pages show them; reports show the same. */
export {
  answerCommands,
  causeCommands,
  commandLine,
  fleetAnswerCommands,
  groupByCause,
} from '../../report/index.ts';
