import type { Steered } from '../../control/control-server.ts';
import type { SystemLab } from '../system-lab.ts';
import { systemFaults } from './faults.ts';
import { systemTruth } from './truth.ts';

export function steering(lab: SystemLab): Steered {
  return {
    truth: () => systemTruth(lab),
    // Terminals are real and nobody listens in; programs that ask write down what they showed, and what was answered.
    transcripts: (name) => {
      const box = lab.box(name);
      return box && [box.root.text('.lab/terminal.log') ?? ''].filter((text) => text !== '');
    },
    file: (name, file) => lab.box(name)?.root.text(file),
    faults: systemFaults(lab),
  };
}
