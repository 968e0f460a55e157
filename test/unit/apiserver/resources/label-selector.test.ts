import { describe, expect, it } from '@jest/globals';
import { parseLabelSelector } from '../../../../src/apiserver/resources/label-selector.js';

describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front', 'example.com/rank': '7', empty: '' };

  it.each([
    ['', true],
    ['  ', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app=api', false],
    ['app!=api', true],
    ['app!=web', false],
    ['missing!=web', true],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['!app', false],
    ['! missing', true],
    ['app in (web,api)', true],
    ['app in (api, db)', false],
    ['app in(web)', true],
    ['missing in (web)', false],
    ['app notin (api)', true],
    ['app notin (web , api)', false],
    ['missing notin (web)', true],
    ['empty in (,a)', true],
    ['empty in (a,)', true],
    ['empty=', true],
    ['app=', false],
    ['missing=', false],
    ['app=,tier', false],
    ['app=web,tier=front', true],
    ['app=web,tier=back', false],
    ['app=web , tier in (front,back) , !missing', true],
    ['example.com/rank>6', true],
    ['example.com/rank > 7', false],
    ['example.com/rank<8', true],
    ['app>1', false],
    ['missing<1', false],
    ['in in (in)', false],
    ['notin', false],
    ['constructor', false],
    ['!toString', true],
  ])('%j decides %j', (text, expected) => {
    expect(parseLabelSelector(text)(labels)).toBe(expected);
  });

  it.each([
    ['app web', "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"],
    ['app in web', "unable to parse requirement: found 'web' expected: '('"],
    ['app in (web', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['app in (web api)', "unable to parse requirement: found 'api', expected: ',' or ')'"],
    ['app=web=api', "found '=', expected: ',' or 'end of string'"],
    ['app=web,', "found '', expected: identifier after ','"],
    [',app', "found ',', expected: !, identifier, or 'end of string'"],
    ['=web', "found '=', expected: !, identifier, or 'end of string'"],
    ['app=(', "unable to parse requirement: found '(', expected: identifier"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['app>x', expect.stringContaining('the value must be an integer')],
    ['app in ()', expect.stringContaining("values set can't be empty")],
    ['a/b/c', expect.stringMatching(/^unable to parse requirement: key: Invalid value: "a\/b\/c": a qualified name/)],
    [
      'app=-web',
      expect.stringMatching(/^unable to parse requirement: values\[0\]\[app\]: Invalid value: "-web": a valid label/),
    ],
    [`app=${'x'.repeat(70_000)}`, expect.stringContaining('too long')],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400, message }));
  });
});
