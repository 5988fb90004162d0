/** What each part of the bench is given. */
export interface Surroundings {
  /** For logs and sockets; removed at the end. */
  readonly folder: string;
  readonly isRoot: boolean;
  /** Writes a line. */
  say(text: string): void;
}
