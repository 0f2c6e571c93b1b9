import { openFolder } from 'hirescope/engine/native'

/** Opens the bundle in a folder and loads every table that a reader may come to need. */
export const openWhole = async (folder: string): ReturnType<typeof openFolder> => {
  const dataset = await openFolder(folder, { threads: 1 })
  try {
    await dataset.loadRows()
    return dataset
  } catch (error) {
    await dataset.close()
    throw error
  }
}
