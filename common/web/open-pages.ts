/** What a kubelet asks for, which has neither token nor password: they tell nothing about the node or the data. */
const OPEN_PAGES: readonly string[] = ['/-/healthy', '/-/ready'];

/** Whether a request may be answered without asking who it is from; by the very target that was sent, but for a query. */
export function isOpenPage(method: string | undefined, target: string | undefined): boolean {
  const [path = ''] = (target ?? '').split('?', 1);
  return (method === 'GET' || method === 'HEAD') && OPEN_PAGES.includes(path);
}
