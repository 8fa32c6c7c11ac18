export { FlinkApplicationTemplate } from './application-template';
export { FlinkDisruption } from './disruption';
export { FlinkTemplate } from './flink-template';
export { FlinkPods } from './flink-pods';
export { FlinkPermissions, Permission, WildcardOptions } from './permissions';
export { TemplateSnapshotSerializer } from './snapshot-serializer';
