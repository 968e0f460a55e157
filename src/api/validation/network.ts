import type { FieldErrors, FieldPath } from '../field-error.js';
import { dnsLabelProblems, dnsSubdomainProblems, ipProblems } from '../names.js';
import type { PodSpec } from '../schema/pod.js';

/** Of Linux. */
const MAX_HOSTNAME_LENGTH = 64;
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** Names and DNS of a pod. */
export function validateNetwork(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['hostname', 'subdomain'] as const) {
    const name = spec[field] ?? '';
    if (name !== '') errors.check(path.child(field), name, dnsLabelProblems);
  }
  validateHostnameOverride(spec, path, errors);
  for (const [index, { ip, hostnames }] of (spec.hostAliases ?? []).entries()) {
    const at = path.child('hostAliases').at(index);
    errors.check(at.child('ip'), ip, ipProblems);
    for (const [n, hostname] of (hostnames ?? []).entries()) {
      errors.check(at.child('hostnames').at(n), hostname, dnsSubdomainProblems);
    }
  }
  if ((spec.dnsPolicy ?? '') === '') errors.required(path.child('dnsPolicy'));
  validateDns(spec, path.child('dnsConfig'), errors);
}

function validateHostnameOverride(spec: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const { hostNetwork, hostnameOverride = '', setHostnameAsFQDN } = spec;
  if (hostnameOverride === '') return;
  const at = path.child('hostnameOverride');
  if (hostnameOverride.length > MAX_HOSTNAME_LENGTH) errors.tooLong(at, MAX_HOSTNAME_LENGTH);
  if (hostNetwork === true) errors.invalid(at, hostnameOverride, 'may not be set when hostNetwork is true');
  if (setHostnameAsFQDN === true) errors.invalid(at, hostnameOverride, 'may not be set when setHostnameAsFQDN is true');
}

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: FieldPath, errors: FieldErrors): void {
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    const rule = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    if (dnsConfig === undefined) errors.required(path, `must provide \`dnsConfig\` when \`dnsPolicy\` is None`);
    else errors.required(path.child('nameservers'), rule);
  }
  if (nameservers.length > MAX_NAMESERVERS) {
    const rule = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.invalid(path.child('nameservers'), nameservers, rule);
  }
  for (const [index, server] of nameservers.entries()) {
    errors.check(path.child('nameservers').at(index), server, ipProblems);
  }
  if (searches.length > MAX_SEARCHES) {
    errors.invalid(path.child('searches'), searches, `must not have more than ${MAX_SEARCHES} search paths`);
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const rule = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.invalid(path.child('searches'), searches, rule);
  }
  for (const [index, search] of searches.entries()) {
    // A final dot only says that the name is complete.
    const name = search.replace(/\.$/, '');
    if (search === '.') continue;
    for (const problem of dnsSubdomainProblems(name)) errors.invalid(path.child('searches').at(index), search, problem);
  }
  for (const [index, { name }] of options.entries()) {
    if ((name ?? '') === '') errors.required(path.child('options').at(index), 'must not be empty');
  }
}
