export { blueprintAddOns, BlueprintAddOns } from './blueprint-add-ons';
export { FlinkAddOn, FlinkAddOnProps, IFlinkWorkload } from './flink-add-on';
export { FlinkClusterProvider, FlinkClusterProviderProps } from './flink-cluster-provider';
