/** The id of the panel that holds what the tab at hand is about. */
export const nameOfPanel = 'sql-panel'

/** The id of a tab in the page. */
export const nameOfTab = ({ id }: { id: string }): string => `sql-tab-${id}`
