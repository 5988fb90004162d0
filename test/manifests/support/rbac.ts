import type { RbacV1Subject, V1PolicyRule, V1RoleRef } from '@kubernetes/client-node';
import type { Rendered } from './overlays.ts';

/** What somebody wants to do: with objects of the cluster, or with a path of a server. */
type Attempt =
  | { readonly verb: string; readonly group: string; readonly resource: string }
  | { readonly verb: string; readonly path: string };

/** `system:serviceaccount:<namespace>:<name>`, as the API server names it. */
export const userOf = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`;

function covers(rule: V1PolicyRule, attempt: Attempt): boolean {
  if (!rule.verbs.includes(attempt.verb)) return false;
  if ('path' in attempt) return rule.nonResourceURLs?.includes(attempt.path) === true;
  return (
    rule.apiGroups?.includes(attempt.group) === true && rule.resources?.includes(attempt.resource) === true
  );
}

/**
 * Whether the ClusterRoles and their bindings among the objects allow it, in all namespaces. Wildcards and groups are
 * not known here: the manifests have none.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function allows(objects: readonly Rendered[], user: string, attempt: Attempt): boolean {
  return objects
    .filter(({ kind }) => kind === 'ClusterRoleBinding')
    .filter((binding) =>
      (binding['subjects'] as RbacV1Subject[]).some(
        ({ kind, namespace = '', name }) => kind === 'ServiceAccount' && userOf(namespace, name) === user,
      ),
    )
    .some((binding) => {
      const { kind, name } = binding['roleRef'] as V1RoleRef;
      const role = objects.find((one) => one.kind === kind && one.metadata.name === name);
      return ((role?.['rules'] ?? []) as V1PolicyRule[]).some((rule) => covers(rule, attempt));
    });
}
