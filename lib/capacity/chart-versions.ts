/** A Helm chart: where it is, what it is called, which version. */
export interface ChartVersion {
  readonly repository: string;
  readonly chart: string;
  readonly version: string;
}

/** Source: kubernetes/autoscaler, charts/cluster-autoscaler. The chart lags behind the images, so the image is stated beside it. */
export const CLUSTER_AUTOSCALER: ChartVersion = {
  repository: 'https://kubernetes.github.io/autoscaler',
  chart: 'cluster-autoscaler',
  version: '9.59.0',
};

/** Image of the autoscaler for each minor version of Kubernetes: other combinations are not tested. Source: cluster-autoscaler/README.md, Releases. */
export const CLUSTER_AUTOSCALER_IMAGES: Record<string, string> = {
  '1.33': 'v1.33.6',
  '1.34': 'v1.34.5',
  '1.35': 'v1.35.2',
  '1.36': 'v1.36.1',
};

/** Source: aws/aws-node-termination-handler v1.25.6, config/helm/aws-node-termination-handler. */
export const TERMINATION_HANDLER: ChartVersion = {
  repository: 'oci://public.ecr.aws/aws-ec2/helm/aws-node-termination-handler',
  chart: 'aws-node-termination-handler',
  version: '0.27.6',
};

/** Both charts of one release. Source: aws/karpenter-provider-aws, compatibility matrix: 1.13 or later for Kubernetes 1.36. */
export const KARPENTER: ChartVersion = { repository: 'oci://public.ecr.aws/karpenter/karpenter', chart: 'karpenter', version: '1.14.1' };

/** The CRDs of the same release. Source: as above. */
export const KARPENTER_CRDS: ChartVersion = {
  repository: 'oci://public.ecr.aws/karpenter/karpenter-crd',
  chart: 'karpenter-crd',
  version: KARPENTER.version,
};
