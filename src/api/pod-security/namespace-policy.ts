import { FieldErrors, ROOT, type FieldError } from '../field-error.js';
import { POD_SECURITY_LEVELS, type LevelVersion, type PodSecurityLevel } from './evaluate.js';

/** What happens to a pod that violates the level: refused, noted in the log, told to whoever creates it. */
const MODES = ['enforce', 'audit', 'warn'] as const;
type Mode = (typeof MODES)[number];

/** Of one namespace. */
export type PodSecurityPolicy = Readonly<Record<Mode, LevelVersion>>;

const PREFIX = 'pod-security.kubernetes.io/';
const VERSION = /^v1\.(0|[1-9]\d{0,3})$/;

type Labels = Readonly<Record<string, string>>;

/**
 * The labels of a namespace, with the node's level where they say nothing; only violations of that are refused, as on a
 * cluster with such a default. A label that cannot be read counts as the strictest for what is refused, and as none for the
 * rest: it cannot be written by way of the API.
 *
 * Source: k8s.io/pod-security-admission api/helpers.go PolicyToEvaluate
 */
export function podSecurityPolicy(labels: Labels | undefined, enforceByDefault: PodSecurityLevel): PodSecurityPolicy {
  const read = (mode: Mode): LevelVersion => {
    const level = labels?.[PREFIX + mode];
    const version = labels?.[`${PREFIX}${mode}-version`];
    const otherwise = mode === 'enforce' ? 'restricted' : 'privileged';
    const byDefault = mode === 'enforce' ? enforceByDefault : 'privileged';
    return {
      level: level === undefined ? byDefault : isLevel(level) ? level : otherwise,
      version: version !== undefined && VERSION.test(version) ? version : 'latest',
    };
  };
  return { enforce: read('enforce'), audit: read('audit'), warn: read('warn') };
}

/** What is wrong with the labels of a namespace. */
export function podSecurityLabelErrors(labels: Labels | undefined): readonly FieldError[] {
  const errors = new FieldErrors();
  const path = ROOT.child('metadata', 'labels');
  for (const mode of MODES) {
    const level = labels?.[PREFIX + mode];
    if (level !== undefined && !isLevel(level))
      errors.invalid(path.at(PREFIX + mode), level, `must be one of ${POD_SECURITY_LEVELS.join(', ')}`);
    const version = labels?.[`${PREFIX}${mode}-version`];
    if (version !== undefined && version !== 'latest' && !VERSION.test(version))
      errors.invalid(path.at(`${PREFIX}${mode}-version`), version, 'must be "latest" or "v1.x"');
  }
  return errors.list;
}

const isLevel = (text: string): text is PodSecurityLevel => (POD_SECURITY_LEVELS as readonly string[]).includes(text);
