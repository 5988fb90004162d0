/** A command that a pod's specification has run in one of its containers, again and again (a probe) or once (a hook). */
export interface DeclaredCommand {
  readonly kind: 'probe' | 'hook';
  readonly command: readonly string[];
}
