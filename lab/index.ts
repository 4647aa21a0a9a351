/** A lab of simulated FMCs and FTDs that is met over SSH and steered over HTTP. Shares no code with the product. */
export { Lab, startLab } from './lab.ts';
export { ControlClient } from './control/control-client.ts';
export type { LabOptions } from './options.ts';
export type { LabTruth, ManagerTruth, DeviceTruth } from './control/truth.ts';
