import { at, isObject, jsonOf, JsonObject } from './template-text';

/** Type of the custom resource with which both EKS modules of the CDK apply objects. */
const KUBERNETES_RESOURCE = 'Custom::AWSCDK-EKS-KubernetesResource';

/** Resources of a template, by logical id. */
export function resourcesOf(template: JsonObject): Record<string, JsonObject> {
  const resources = isObject(template.Resources) ? template.Resources : {};
  return Object.fromEntries(Object.entries(resources).filter((entry): entry is [string, JsonObject] => isObject(entry[1])));
}

/** All Kubernetes objects that a template applies, in its order. */
export function kubernetesObjects(template: JsonObject): JsonObject[] {
  return Object.entries(resourcesOf(template))
    .filter(([, { Type }]) => Type === KUBERNETES_RESOURCE)
    .flatMap(([logicalId, resource]) => objectsIn(logicalId, resource));
}

function objectsIn(logicalId: string, resource: JsonObject): JsonObject[] {
  const objects = jsonOf(at(resource, 'Properties', 'Manifest'));
  if (!Array.isArray(objects) || !objects.every(isObject)) {
    throw new Error(
      `the manifest of resource '${logicalId}' is not a list of objects: allowed is what the CDK writes; look at it in cdk.out`,
    );
  }
  return objects;
}

/** Label of an object. */
export function labelOf(object: JsonObject, label: string): unknown {
  return at(object, 'metadata', 'labels', label);
}

/** Name of an object. */
export function nameOf(object: JsonObject): string {
  return String(at(object, 'metadata', 'name'));
}
