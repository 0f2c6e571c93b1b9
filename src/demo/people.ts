const list = (text: string): string[] => text.split(/,\s*/)

/** First and family names; the common ones come first and repeat a lot. */
export interface Names {
  first: readonly string[]
  family: readonly string[]
}

/** Names by region. */
export const names = {
  india: {
    first: list(
      'Rahul, Priya, Amit, Anjali, Rohit, Sneha, Vikram, Pooja, Arjun, Neha, Karthik, Divya, Suresh, Kavya, Aditya, Shreya, Manoj, Lakshmi, Nikhil, Meera, Sanjay, Riya, Deepak, Swathi, Varun, Nandini, Harish, Ishita, Akash, Pallavi, Siddharth, Ananya, Gaurav, Bhavna, Rakesh, Tanvi, Vivek, Aishwarya, Imran, Fatima, Joseph, Mary, Gurpreet, Simran, Abdul, Zoya, Yash, Keerthana',
    ),
    family: list(
      'Sharma, Kumar, Singh, Patel, Reddy, Gupta, Nair, Iyer, Das, Verma, Joshi, Rao, Mehta, Menon, Shah, Mishra, Chatterjee, Pillai, Kulkarni, Banerjee, Yadav, Khan, Desai, Bhat, Agarwal, Naidu, Thomas, Jain, Saxena, Choudhury, Patil, Pandey, Shetty, George, Sinha, Kaur, Malhotra, Ghosh, Krishnan, Ansari, Hegde, Kapoor, Bose, Varghese, Dutta, Tiwari, Deshpande, Srinivasan',
    ),
  },
  unitedStates: {
    first: list(
      'James, Mary, Michael, Jennifer, David, Jessica, Daniel, Ashley, Matthew, Emily, Christopher, Sarah, Andrew, Maria, Joshua, Amanda, José, Nicole, Kevin, Stephanie, Brian, Michelle, Tyler, Olivia, Anthony, Rachel, Wei, Grace, Carlos, Sofía, Jamal, Aaliyah, Ryan, Hannah, Priya, Luis',
    ),
    family: list(
      "Smith, Johnson, Williams, Brown, Garcia, Miller, Davis, Rodriguez, Martinez, Jones, Lee, Kim, Nguyen, Wilson, Anderson, Thomas, Taylor, Moore, Jackson, Chen, Patel, O'Brien, Rivera, Cohen, Murphy, Wright, Torres, Hill, Scott, Green, Adams, Baker, Nelson, Carter, Mitchell, Pérez",
    ),
  },
  germany: {
    first: list(
      'Lukas, Anna, Jonas, Lena, Finn, Marie, Leon, Sophie, Paul, Laura, Felix, Julia, Maximilian, Lisa, Jan, Hannah, Niklas, Sarah, Tim, Mia, Mehmet, Ayşe, Emre, Elif, Jakub, Zofia, Michał, Katarzyna, Jürgen, Sabine, Björn, Zoë, Oleksandr, Olena, Karl-Heinz, Ömer',
    ),
    family: list(
      'Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Koch, Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Yılmaz, Kaya, Demir, Kowalski, Nowak, Wiśniewski, von der Heide, Lange, Krause, Lehmann, Groß, Böhm, Jäger, Keller, Vogel, Petrenko',
    ),
  },
} satisfies Record<string, Names>
