/** No container gets less between its stop signal and SIGKILL. Source: kubelet minimumGracePeriodInSeconds. */
const MINIMUM_GRACE_SECONDS = 2;

/**
 * Seconds from stop signal to SIGKILL: the grace, less the whole seconds that its preStop hook and waiting for others have
 * taken. Source: kubelet killContainer, pkg/kubelet/kuberuntime/kuberuntime_container.go.
 */
export const stopSeconds = (graceSeconds: number, usedMs: number): number =>
  Math.max(MINIMUM_GRACE_SECONDS, graceSeconds - Math.floor(usedMs / 1000));
