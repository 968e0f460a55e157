import * as z from 'zod';
import { choice, define, int32, int64, intOrString, list, opt, str, strings } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const execActionSchema = define(`${V1}.ExecAction`, { command: opt(strings) });

const httpHeaderSchema = define(`${V1}.HTTPHeader`, { name: str, value: str });

const httpGetActionSchema = define(`${V1}.HTTPGetAction`, {
  path: opt(str),
  port: intOrString,
  host: opt(str),
  scheme: opt(choice('HTTP', 'HTTPS')),
  httpHeaders: opt(list(httpHeaderSchema)),
});

const tcpSocketActionSchema = define(`${V1}.TCPSocketAction`, { port: intOrString, host: opt(str) });

const grpcActionSchema = define(`${V1}.GRPCAction`, { port: int32, service: opt(str) });

const sleepActionSchema = define(`${V1}.SleepAction`, { seconds: int64 });

export const probeSchema = define(`${V1}.Probe`, {
  exec: opt(execActionSchema),
  httpGet: opt(httpGetActionSchema),
  tcpSocket: opt(tcpSocketActionSchema),
  grpc: opt(grpcActionSchema),
  initialDelaySeconds: opt(int32),
  timeoutSeconds: opt(int32),
  periodSeconds: opt(int32),
  successThreshold: opt(int32),
  failureThreshold: opt(int32),
  terminationGracePeriodSeconds: opt(int64),
});

const lifecycleHandlerSchema = define(`${V1}.LifecycleHandler`, {
  exec: opt(execActionSchema),
  httpGet: opt(httpGetActionSchema),
  tcpSocket: opt(tcpSocketActionSchema),
  sleep: opt(sleepActionSchema),
});

export const lifecycleSchema = define(`${V1}.Lifecycle`, {
  postStart: opt(lifecycleHandlerSchema),
  preStop: opt(lifecycleHandlerSchema),
  stopSignal: opt(str),
});

export type HttpGetAction = z.infer<typeof httpGetActionSchema>;
export type Probe = z.infer<typeof probeSchema>;
export type LifecycleHandler = z.infer<typeof lifecycleHandlerSchema>;
export type Lifecycle = z.infer<typeof lifecycleSchema>;
